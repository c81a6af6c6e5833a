"""The schema's history: numbered steps, appended, never edited.

Corrections are human work: triggers refuse to change or delete them. They hold no foreign key to their clip, so they
outlive its deletion, and stand again if the same sound is imported again. Labels go with their clip.
"""

from sqlite_utils import Database, Migrations

history = Migrations("etude")


@history()
def m001_clips(db: Database) -> None:
    """Clips, in order of time under each filter; `search` is the case-folded text in which a query is looked for."""
    db.executescript("""
        CREATE TABLE clips (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, corpus TEXT NOT NULL, speaker TEXT NOT NULL,
            language TEXT NOT NULL, category TEXT NOT NULL, split TEXT NOT NULL, licence TEXT NOT NULL,
            source TEXT NOT NULL, duration_s REAL NOT NULL, peak REAL NOT NULL, rms REAL NOT NULL,
            speech_s REAL, added_at REAL NOT NULL, search TEXT NOT NULL
        ) STRICT;
        CREATE INDEX clips_newest ON clips (added_at, id);
        CREATE INDEX clips_by_corpus ON clips (corpus, added_at, id);
        CREATE INDEX clips_by_speaker ON clips (speaker, added_at, id);
        CREATE INDEX clips_by_language ON clips (language, added_at, id);
    """)


@history()
def m002_labels(db: Database) -> None:
    """Teachers' answers; NULL for a value means: nobody speaks. Blobs are little-endian float32."""
    db.executescript("""
        CREATE TABLE labels (
            clip_id TEXT NOT NULL REFERENCES clips (id) ON DELETE CASCADE,
            teacher TEXT NOT NULL, fingerprint TEXT NOT NULL,
            arousal REAL, dominance REAL, valence REAL,
            trace BLOB NOT NULL, hop_s REAL NOT NULL, window_s REAL NOT NULL, duration_s REAL NOT NULL,
            embedding BLOB, speech_s REAL NOT NULL, made_at REAL NOT NULL,
            PRIMARY KEY (clip_id, teacher, fingerprint)
        ) STRICT;
        CREATE INDEX labels_by_fingerprint ON labels (fingerprint, clip_id);
        CREATE INDEX labels_by_teacher ON labels (teacher, clip_id);
    """)


@history()
def m003_corrections(db: Database) -> None:
    """People's answers, append-only: undoing is another row, once for each."""
    db.executescript("""
        CREATE TABLE corrections (
            id INTEGER PRIMARY KEY AUTOINCREMENT, clip_id TEXT NOT NULL, rater TEXT NOT NULL,
            raw_arousal INTEGER CHECK (raw_arousal BETWEEN 1 AND 9),
            raw_dominance INTEGER CHECK (raw_dominance BETWEEN 1 AND 9),
            raw_valence INTEGER CHECK (raw_valence BETWEEN 1 AND 9),
            arousal REAL, dominance REAL, valence REAL,
            verdict TEXT NOT NULL CHECK (verdict IN ('accept', 'correct', 'reject', 'skip')),
            blind INTEGER NOT NULL, seconds REAL NOT NULL, note TEXT NOT NULL,
            undoes INTEGER UNIQUE REFERENCES corrections (id), made_at REAL NOT NULL
        ) STRICT;
        CREATE INDEX corrections_by_clip ON corrections (clip_id, id);
        CREATE TRIGGER corrections_stay_unchanged BEFORE UPDATE ON corrections
            BEGIN SELECT RAISE(ABORT, 'A correction is never changed; add another.'); END;
        CREATE TRIGGER corrections_stay BEFORE DELETE ON corrections
            BEGIN SELECT RAISE(ABORT, 'A correction is never deleted; undo it.'); END;
    """)


@history()
def m004_jobs(db: Database) -> None:
    """Background work, and the files that it could not use (job_id NULL: refused outside a job)."""
    db.executescript("""
        CREATE TABLE jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, arguments TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
            progress REAL NOT NULL DEFAULT 0.0, message TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '',
            result TEXT NOT NULL DEFAULT '{}', created_at REAL NOT NULL, started_at REAL, heartbeat_at REAL,
            finished_at REAL, worker TEXT NOT NULL DEFAULT '', attempts INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        CREATE INDEX jobs_by_state ON jobs (state, id);
        CREATE TABLE refusals (
            job_id INTEGER REFERENCES jobs (id) ON DELETE CASCADE,
            path TEXT NOT NULL, reason TEXT NOT NULL, at REAL NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX refusals_once ON refusals (IFNULL(job_id, 0), path);
    """)


@history()
def m005_students(db: Database) -> None:
    """Trained networks, of which at most one is live."""
    db.executescript("""
        CREATE TABLE students (
            id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, spec TEXT NOT NULL,
            data_fingerprint TEXT NOT NULL, metrics TEXT NOT NULL, parent INTEGER REFERENCES students (id),
            file TEXT NOT NULL, licence TEXT NOT NULL, live INTEGER NOT NULL, created_at REAL NOT NULL
        ) STRICT;
        CREATE UNIQUE INDEX students_one_live ON students (live) WHERE live = 1;
    """)


@history()
def m006_sex(db: Database) -> None:
    """A speaker's sex as the corpus states it; empty for all that was imported before."""
    db.execute("ALTER TABLE clips ADD COLUMN sex TEXT NOT NULL DEFAULT ''")


@history()
def m007_trainings(db: Database) -> None:
    """Teachers' answers to augmented versions of clips, made again from their seeds, and how trainings went."""
    db.executescript("""
        CREATE TABLE reinforcements (
            clip_id TEXT NOT NULL REFERENCES clips (id) ON DELETE CASCADE,
            fingerprint TEXT NOT NULL, seed INTEGER NOT NULL,
            arousal REAL NOT NULL, dominance REAL NOT NULL, valence REAL NOT NULL, embedding BLOB,
            PRIMARY KEY (clip_id, fingerprint, seed)
        ) STRICT;
        CREATE INDEX reinforcements_by_fingerprint ON reinforcements (fingerprint, clip_id);
        CREATE TABLE curves (
            job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
            passes REAL NOT NULL, loss REAL, arousal REAL, dominance REAL, valence REAL, samples_s REAL,
            PRIMARY KEY (job_id, passes)
        ) STRICT;
    """)


@history()
def m008_candidates(db: Database) -> None:
    """The shapes that searches have trained, and what they cost; `place` is the order in which they were found."""
    db.executescript("""
        CREATE TABLE candidates (
            job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, place INTEGER NOT NULL,
            spec TEXT NOT NULL, parameters INTEGER NOT NULL, bytes INTEGER NOT NULL, ms REAL NOT NULL,
            share REAL NOT NULL, arousal REAL NOT NULL, dominance REAL NOT NULL, valence REAL NOT NULL,
            rung INTEGER NOT NULL, passes INTEGER NOT NULL, on_front INTEGER NOT NULL,
            PRIMARY KEY (job_id, place)
        ) STRICT;
    """)


@history()
def m009_journal(db: Database) -> None:
    """How long each stage of a job has taken, and its log; `left_s`: until the whole job is done, as told there."""
    db.executescript("""
        CREATE TABLE stages (
            job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, name TEXT NOT NULL,
            seconds REAL NOT NULL, left_s REAL, at REAL NOT NULL,
            PRIMARY KEY (job_id, name)
        ) STRICT;
        CREATE TABLE log (
            job_id INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE, at REAL NOT NULL, line TEXT NOT NULL
        ) STRICT;
        CREATE INDEX log_by_job ON log (job_id);
    """)


@history()
def m010_health(db: Database) -> None:
    """What clips' sound is like, and an index from which all labels' values are read without their blobs."""
    db.executescript("""
        CREATE TABLE health (
            clip_id TEXT PRIMARY KEY REFERENCES clips (id) ON DELETE CASCADE,
            contrast_db REAL NOT NULL, flatness REAL NOT NULL, fingerprint BLOB NOT NULL,
            same_as TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX health_same ON health (same_as);
        CREATE INDEX labels_values ON labels (teacher, clip_id, made_at, arousal, dominance, valence);
    """)


@history()
def m011_lives(db: Database) -> None:
    """How each student was made, what people say of it, and what was live when: `before` is what roll-back leads to.

    `student` is NULL for the embedded one, and names no row any more once that student is deleted.
    """
    db.executescript("""
        ALTER TABLE students ADD COLUMN note TEXT NOT NULL DEFAULT '';
        ALTER TABLE students ADD COLUMN arguments TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE students ADD COLUMN job INTEGER;
        CREATE TABLE lives (
            id INTEGER PRIMARY KEY AUTOINCREMENT, student INTEGER, before INTEGER REFERENCES lives (id),
            at REAL NOT NULL
        ) STRICT;
        CREATE TRIGGER lives_stay_unchanged BEFORE UPDATE ON lives
            BEGIN SELECT RAISE(ABORT, 'What was live is never changed; add a row.'); END;
        INSERT INTO lives (student, before, at) SELECT id, NULL, created_at FROM students WHERE live = 1;
    """)


@history()
def m012_desk(db: Database) -> None:
    """Why a clip was before a rater, how doubtful clips are, who has which clip before them, and what all share.

    `ratings` holds each rater's answer that stands; triggers keep it. `tallies` count what no row's number tells.
    """
    db.executescript("""
        ALTER TABLE corrections ADD COLUMN shown TEXT NOT NULL DEFAULT '';
        ALTER TABLE corrections ADD COLUMN flag INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE corrections ADD COLUMN token TEXT NOT NULL DEFAULT '';
        ALTER TABLE corrections ADD COLUMN stated TEXT NOT NULL DEFAULT '';
        CREATE UNIQUE INDEX corrections_once ON corrections (token) WHERE token != '';
        CREATE INDEX corrections_by_rater ON corrections (rater, clip_id, id);
        CREATE TABLE ratings (
            clip_id TEXT NOT NULL, rater TEXT NOT NULL, correction INTEGER NOT NULL REFERENCES corrections (id),
            verdict TEXT NOT NULL, PRIMARY KEY (clip_id, rater)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX ratings_by_rater ON ratings (rater, verdict, clip_id);
        INSERT INTO ratings SELECT clip_id, rater, MAX(id), verdict FROM corrections WHERE undoes IS NULL
            AND id NOT IN (SELECT undoes FROM corrections WHERE undoes IS NOT NULL) GROUP BY clip_id, rater;
        CREATE TRIGGER corrections_stand AFTER INSERT ON corrections BEGIN
            DELETE FROM ratings WHERE clip_id = NEW.clip_id
                AND rater = IFNULL((SELECT rater FROM corrections WHERE id = NEW.undoes), NEW.rater);
            INSERT INTO ratings SELECT clip_id, rater, id, verdict FROM corrections AS said
                WHERE clip_id = NEW.clip_id AND +undoes IS NULL
                AND rater = IFNULL((SELECT rater FROM corrections WHERE id = NEW.undoes), NEW.rater)
                AND NOT EXISTS (SELECT 1 FROM corrections WHERE undoes = said.id) ORDER BY id DESC LIMIT 1;
        END;
        CREATE TABLE doubts (
            clip_id TEXT PRIMARY KEY REFERENCES clips (id) ON DELETE CASCADE, doubt REAL NOT NULL, parts TEXT NOT NULL
        ) STRICT;
        CREATE TABLE turns (
            rater TEXT NOT NULL, clip_id TEXT NOT NULL REFERENCES clips (id) ON DELETE CASCADE,
            shown TEXT NOT NULL, place INTEGER NOT NULL, at REAL NOT NULL, PRIMARY KEY (rater, clip_id)
        ) STRICT;
        CREATE INDEX turns_by_clip ON turns (clip_id);
        CREATE TABLE choices (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
        CREATE TABLE tallies (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT;
        INSERT INTO tallies VALUES ('clips gone', 0), ('doubts', 0);
        CREATE TRIGGER clips_gone AFTER DELETE ON clips BEGIN
            UPDATE tallies SET n = n + 1 WHERE name = 'clips gone';
        END;
    """)


@history()
def m013_answers(db: Database) -> None:
    """What students answered of clips; `student` is the fingerprint of its file."""
    db.executescript("""
        CREATE TABLE answers (
            student TEXT NOT NULL, clip_id TEXT NOT NULL REFERENCES clips (id) ON DELETE CASCADE,
            arousal REAL, dominance REAL, valence REAL, PRIMARY KEY (student, clip_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX answers_by_clip ON answers (clip_id);
    """)
