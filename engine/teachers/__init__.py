"""One file a teacher: `SPEC`, a TeacherSpec, and `load(threads) -> Model`."""
