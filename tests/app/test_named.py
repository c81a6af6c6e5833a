"""The API through Gradio: a real server, and gradio_client."""

import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from app.models import TEACHER
from tests.app.conftest import Served
from tests.classroom import TINY


@pytest.fixture(scope="module")
def client(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder = tmp_path_factory.mktemp("downloaded")
    return Client(served.url, verbose=False, analytics_enabled=False, download_files=folder)


def test_five_endpoints_are_described(client: Client) -> None:
    described: Any = client.view_api(return_format="dict", print_info=False)
    assert described["named_endpoints"].keys() == {"/predict", "/label", "/retrain", "/status", "/download"}
    assert all(each["description"] for each in described["named_endpoints"].values())


def test_a_sound_is_answered_and_not_kept(client: Client, served: Served, sample_files: list[Path]) -> None:
    path = sample_files[0]
    answer = client.predict(handle_file(str(path)), student="etude", api_name="/predict")
    with path.open("rb") as sound:
        beside = httpx.post(f"{served.url}/api/predict", params={"student": "etude", "name": path.name}, content=sound)
    assert {**answer, "took_ms": 0} == {**beside.json(), "took_ms": 0}
    assert client.predict(handle_file(str(path)), api_name="/predict")["model"] == TEACHER
    assert served.left == []


def test_the_same_sound_sent_at_once_is_answered_each_time(
    client: Client, served: Served, sample_files: list[Path]
) -> None:
    def ask(_: int) -> float:
        return float(client.predict(handle_file(str(sample_files[0])), student="etude", api_name="/predict")["valence"])

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(ask, range(6)))) == 1
    assert served.left == []


def test_what_cannot_be_done_is_a_sentence(
    client: Client, served: Served, sample_files: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "words.wav").write_text("not a sound")
    sound = handle_file(str(sample_files[0]))
    wrong: list[tuple[str, tuple[Any, ...], str]] = [
        ("/predict", (handle_file(str(tmp_path / "words.wav")),), r"words\.wav: "),
        ("/predict", (sound, "nobody"), "no student called 'nobody'"),
        ("/predict", (sound, "etude", "embedded"), "not both"),
        ("/predict", ({"path": "/etc/passwd"},), "has not arrived"),
        ("/predict", (None,), "has not arrived"),
        ("/label", ("nobody",), "no teacher called 'nobody'"),
        ("/retrain", ({"options": {"passes": 0}},), "The number of passes must be from 1"),
        ("/retrain", ("now",), "asked for by a JSON object"),
        ("/status", (99999,), "There is no job '99999'"),
        ("/status", ("x",), "There is no job 'x'"),
        ("/download", ("../nobody",), "no student called '../nobody'"),
    ]
    for endpoint, asked, why in wrong:
        with pytest.raises(AppError, match=why) as refused:
            client.predict(*asked, api_name=endpoint)
        assert "Traceback" not in str(refused.value)
    assert served.left == []


def test_a_training_is_begun_and_seen(client: Client, served: Served) -> None:
    order = TINY | {"options": TINY["options"] | {"passes": 4999}}
    job = client.predict(order, api_name="/retrain")["job"]
    assert client.predict(order, api_name="/retrain")["job"] == job
    assert client.predict(job, api_name="/status")["kind"] == "train"
    httpx.post(f"{served.url}/api/jobs/{job}/cancel")
    assert client.predict(job, api_name="/status")["state"] == "cancelled"


def test_labelling_is_begun(client: Client) -> None:
    job = client.predict(teacher="loudness", api_name="/label")["job"]
    assert client.predict(job, api_name="/status")["kind"] == "label"


def test_a_bundle_comes_under_the_students_name(client: Client, served: Served) -> None:
    name = httpx.get(f"{served.url}/api/students").json()[-1]["name"]
    path = Path(client.predict(name, api_name="/download"))
    assert path.name == f"{name}.zip"
    assert "student.onnx" in zipfile.ZipFile(path).namelist()
