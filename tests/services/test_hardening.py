from __future__ import annotations

import threading
import time

import pytest

from fund_app.services import hardening
from fund_app.services.hardening import PRODUCTION, Cost, Crowded, Derivation, Hardening, Line

QUICK = Cost(memory=64, passes=1, lanes=1)


def test_hardening_costs_sixty_four_mebibytes_unless_told() -> None:
    assert Hardening().cost == PRODUCTION == Cost(memory=65536, passes=3, lanes=1)


def test_hardening_derives_a_known_value() -> None:
    derived = Hardening(QUICK).derive(b"secret", b"salt" * 4)
    assert derived.hex() == (
        "5fecdf3ee66402e775edad9f13680bf698de52632ef74d539cc021b6da782ea1"
        "ff98c1e03503271bd854b3555ad60955a46a9140346306256e5f3d34bb01e68a"
    )


def test_hardening_record_is_read_back() -> None:
    record = Hardening(QUICK).record(["deployment"], b"s" * 16)
    assert Derivation.read(record) == Derivation(QUICK, b"s" * 16, ("deployment",))


def test_hardening_of_another_algorithm_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown key derivation"):
        Derivation.read('{"kdf": "scrypt"}')


def test_hardening_never_runs_more_than_two_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now, most = 0, 0
    lock = threading.Lock()

    class Slow:
        def __init__(self, **cost: object) -> None:
            """Stand in for the real function, so that the overlap is certain."""

        def derive(self, secret: bytes) -> bytes:
            nonlocal now, most
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.02)
            with lock:
                now -= 1
            return b""

    monkeypatch.setattr(hardening, "Argon2id", Slow)
    hard = Hardening(QUICK, waiting=6)
    threads = [threading.Thread(target=hard.derive, args=(b"s", b"t" * 16)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (hard.runs, most) == (8, 2)


def test_hardening_sends_away_whoever_finds_the_line_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two run, three wait, and the others keep no thread and no memory while they wait."""
    go_on = threading.Event()

    class Held:
        def __init__(self, **cost: object) -> None:
            """Stand in for the real function, which nobody could hold still."""

        def derive(self, secret: bytes) -> bytes:
            go_on.wait(10)
            return b""

    monkeypatch.setattr(hardening, "Argon2id", Held)
    hard = Hardening(QUICK)
    outcomes: list[bytes | int] = []

    def come() -> None:
        try:
            outcomes.append(hard.derive(b"s", b"t" * 16))
        except Crowded as crowded:
            outcomes.append(crowded.wait)

    threads = [threading.Thread(target=come) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads[:]:
        each.join(0.1)
    assert outcomes == [hardening.COME_BACK_SECONDS] * 3
    go_on.set()
    for each in threads:
        each.join()
    assert outcomes[3:] == [b""] * 5
    assert (hard.runs, hard.derive(b"s", b"t" * 16)) == (5, b"")


def test_line_gives_its_place_back_after_a_failure() -> None:
    line = Line(through=1, waiting=0)
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"), line.place():
            raise ValueError("broken")
    with line.place(), pytest.raises(Crowded), line.place():
        pass


def test_newcomer_takes_no_place_before_those_who_stand() -> None:
    line = Line(through=1, waiting=0)
    with line.stood_in():
        with pytest.raises(Crowded), line.place():
            pass
        assert line.enter()
        assert not line.enter()
    with line.brought():
        for _ in range(2):
            with line.place():
                pass
    with line.place():
        pass
