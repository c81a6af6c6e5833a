"""One file a teacher: `SPEC`, a TeacherSpec, and `load(threads) -> Model`; where its last layer is linear,
`head() -> engine.heads.Head`."""
