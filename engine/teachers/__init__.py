"""One file a teacher: `SPEC`, a TeacherSpec, and `load(threads) -> Model`; where its last layer is linear,
`head() -> engine.networks.heads.Head`; where its weights have to be fetched, `SOURCES`, of engine.fetching.hub, and
`load` takes a `precision` too. A file that stands for many has `one(NAME)`, which gives what offers the same."""
