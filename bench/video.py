"""Videos on one core: 720p H.264 to fingerprints, how many times faster than they play, and what memory that takes.

`python -m bench.video [--reference FOLDER] [--seconds N] [--memory] [--json]` prints processor time as multiples of
real time, and ratios against named peers in the same run:

* the floor: PyAV decodes every frame on one thread, and nothing is made of them;
* the way of the published vPDQ: every frame is decoded, and `pdqhash` hashes the first of each second, whole;
* ours: a frame a second in 8 orientations, keyframes alone, and vPDQ with TMK+PDQF in one pass.

The clips: a published one scaled up to 1280 x 720 (an ordinary scene, filmed by hand), coded with x264's defaults
(a keyframe each 250 frames, unless the scene changes) and with one each 2 seconds, as streaming services have them;
without the reference material, a made-up one. `--memory` compares 10 and 60 minutes.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

if not __package__:
    # Run by its path: the package is then found from the top of the repository.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

import av  # noqa: E402 - the threads must be set before NumPy is imported
import numpy as np  # noqa: E402
from av.video.stream import VideoStream  # noqa: E402

from bench import machine  # noqa: E402
from bench.pictures import texture  # noqa: E402
from tutela.content.item import Limits, VideoLimits  # noqa: E402
from tutela.content.video import opened  # noqa: E402
from tutela.detection.clip_fingerprints import clip_fingerprints  # noqa: E402
from tutela.detection.fingerprints.video.frame_choice import at_rate  # noqa: E402
from tutela.detection.fingerprints.video.tmk import FRAMES_PER_SECOND, summed  # noqa: E402
from tutela.detection.fingerprints.video.tmk_file import read  # noqa: E402
from tutela.detection.fingerprints.video.tmk_scores import level_1, level_2  # noqa: E402
from tutela.detection.fingerprints.video.vpdq import frame_hash  # noqa: E402

SIZE = (1280, 720)
RATE = 30
REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"
SCENE = "chair-20-sd-bar"
PUBLISHED = ("chair-19-sd-bar", "chair-20-sd-bar", "pattern-sd-grey-bar")
_ROOM = 8 * 1024**3
_EXACT = Limits(_ROOM, video=VideoLimits(tmk=False))
_KEYFRAMES = Limits(_ROOM, video=VideoLimits(keyframes=True))
_BOTH = Limits(_ROOM)


def scene(reference: Path, seconds: int) -> Iterator[av.VideoFrame]:
    """Yield frames of 1280 x 720: the published clip, there and back again as long as it takes."""
    path = reference / "conformance" / "video" / f"{SCENE}.mp4"
    if path.is_file():
        with av.open(str(path)) as container:
            small = [frame.reformat(format="yuv420p") for frame in container.decode(video=0)]
    else:
        whole = texture(SIZE[0], SIZE[1])
        small = [av.VideoFrame.from_ndarray(np.roll(whole, 3 * n, axis=1), format="rgb24") for n in range(300)]
    turn = [*small, *small[-2:0:-1]]
    for number in range(seconds * RATE):
        yield turn[number % len(turn)].reformat(*SIZE, "yuv420p", interpolation="LANCZOS")


def encoded(frames: Iterator[av.VideoFrame], options: dict[str, str]) -> bytes:
    """Return an MP4 of H.264, by x264."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=Fraction(RATE))
        assert isinstance(stream, VideoStream)  # noqa: S101 - a video codec has a video stream
        stream.width, stream.height = SIZE
        stream.pix_fmt, stream.options = "yuv420p", dict(options)
        for number, frame in enumerate(frames):
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return file.getvalue()


def repeated(clip: bytes, times: int, path: Path) -> None:
    """Write a clip that plays another one so often."""
    with av.open(str(path), "w", format="mp4") as out:
        stream = None
        for turn in range(times):
            with av.open(io.BytesIO(clip), "r") as container:
                source = container.streams.video[0]
                stream = stream or out.add_stream_from_template(source)
                length = source.duration or 0
                for packet in container.demux(source):
                    if packet.dts is not None and packet.pts is not None:
                        packet.dts += turn * length
                        packet.pts += turn * length
                        packet.stream = stream
                        out.mux(packet)


def floor(clip: bytes) -> None:
    """Decode every frame."""
    with av.open(io.BytesIO(clip), "r") as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        for _ in container.decode(stream):
            pass


def as_published(clip: bytes) -> None:
    """Decode every frame and hash one a second with pdqhash, upright."""
    import pdqhash

    with av.open(io.BytesIO(clip), "r") as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        for number, frame in enumerate(container.decode(stream)):
            if number % RATE == 0:
                pdqhash.compute(frame.to_ndarray(format="rgb24"))


def tmk_alone(clip: bytes) -> None:
    """Make TMK+PDQF and nothing else."""
    with opened(clip, _BOTH) as video:
        summed(at_rate(video.frames(), video.rate, FRAMES_PER_SECOND))


WAYS: dict[str, Callable[[bytes], object]] = {
    "PyAV decodes every frame (floor)": floor,
    "every frame, pdqhash of one a second": as_published,
    "Tutela: a frame a second": lambda clip: clip_fingerprints(clip, _EXACT),
    "Tutela: keyframes": lambda clip: clip_fingerprints(clip, _KEYFRAMES),
    "Tutela: TMK+PDQF": tmk_alone,
    "Tutela: a frame a second and TMK+PDQF": lambda clip: clip_fingerprints(clip, _BOTH),
}


def speeds(clip: bytes, seconds: int, runs: int) -> dict[str, float]:
    """Return how many times faster than real time each way is: processor time, the least of some rounds."""
    times: dict[str, list[float]] = {name: [] for name in WAYS}
    for _ in range(runs):
        for name, way in WAYS.items():
            began = time.process_time()
            try:
                way(clip)
            except ImportError:
                continue
            times[name].append(time.process_time() - began)
    return {name: round(seconds / min(taken), 1) for name, taken in times.items() if taken}


def against_published(reference: Path) -> dict[str, dict[str, float]]:
    """Return for each published clip the most bits by which a frame of quality 50 differs, and the scores of TMK."""
    found = {}
    for name in PUBLISHED:
        folder = reference / "conformance" / "video"
        if not (folder / f"{name}.mp4").is_file():
            continue
        lines = [line.split(",") for line in (folder / f"{name}.txt").read_text().split()]
        with opened(folder / f"{name}.mp4", _BOTH) as video:
            hashes = [frame_hash(frame) for frame in video.frames()]
        with opened(folder / f"{name}.mp4", _BOTH) as video:
            ours = summed(at_rate(video.frames(), video.rate, FRAMES_PER_SECOND))
        theirs = read((folder / f"{name}.tmk").read_bytes())
        if ours is None:
            raise ValueError(f"{name} has no frames")
        found[name] = {
            "frames": len(hashes),
            "published_frames": len(lines),
            "most_bits": max(
                (int.from_bytes(one.value) ^ int(line[2], 16)).bit_count()
                for one, line in zip(hashes, lines, strict=True)
                if int(line[1]) >= 50
            ),
            "level_1": round(level_1(ours, theirs), 7),
            "level_2": round(level_2(ours, theirs), 7),
        }
    return found


def memory(clip: bytes, seconds: int) -> dict[str, float]:
    """Return the largest resident memory, in MiB, of a process that hashes 10 minutes, and of one that hashes 60."""
    found = {}
    with tempfile.TemporaryDirectory(prefix="tutela-bench-") as folder:
        for minutes in (10, 60):
            path = Path(folder) / f"{minutes}.mp4"
            repeated(clip, -(-minutes * 60 // seconds), path)
            for mode in ("exact", "both"):
                ran = subprocess.run(
                    [sys.executable, "-m", "bench.video", "--hash", str(path), "--mode", mode],
                    check=True, capture_output=True, text=True, cwd=Path(__file__).resolve().parents[1],
                )  # fmt: skip
                found[f"{minutes} minutes, {mode}"] = float(ran.stdout)
    return found


def _hash_and_tell(path: Path, mode: str) -> None:
    # From the file, as `tutela hash` reads: of bytes, the item itself would be most of what is held.
    hashes = 0
    with opened(path, _BOTH) as video:
        if mode == "both":
            summed(at_rate(video.frames(), video.rate, FRAMES_PER_SECOND))
        else:
            for frame in video.sampled(Fraction(1)):
                hashes += len(frame_hash(frame).value)
    print(round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1))


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measurements."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--reference", type=Path, default=REFERENCE)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--hash", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--mode", choices=("exact", "both"), default="exact", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.hash:
        _hash_and_tell(options.hash, options.mode)
        return 0
    clips = {
        "keyframe each 250 frames": {"preset": "medium", "crf": "23"},
        "keyframe each 2 seconds": {"preset": "medium", "crf": "23", "g": str(2 * RATE)},
    }
    made = {name: encoded(scene(options.reference, options.seconds), how) for name, how in clips.items()}
    result: dict[str, Any] = {"machine": machine.machine(), "seconds": options.seconds}
    result["megabits"] = {name: round(8 * len(clip) / options.seconds / 1e6, 2) for name, clip in made.items()}
    result["times_real_time"] = {name: speeds(clip, options.seconds, options.runs) for name, clip in made.items()}
    result["against_published"] = against_published(options.reference)
    if options.memory:
        result["mebibytes"] = memory(made["keyframe each 2 seconds"], options.seconds)
    if options.json:
        print(json.dumps(result))
        return 0
    for name, found in result["times_real_time"].items():
        print(f"\n720p at {RATE} frames a second, {result['megabits'][name]} Mbit/s, {name}: times real time, one core")
        base = found["PyAV decodes every frame (floor)"]
        for way, times in found.items():
            print(f"  {way:42} {times:8.1f}   {times / base:6.2f} of the floor")
    for name, found in result["against_published"].items():
        print(f"  {name}: {found}")
    for name, held in result.get("mebibytes", {}).items():
        print(f"  {name}: {held} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
