"""The peers of bench/decode: `peer.py pyav|opencv|ffmpeg VIDEO CLIP one|all`, on one thread or on all cores.

Each line is a JSON list of [path, first frame], answered with the seconds that the clips took.
"""

import json
import os
import subprocess
import sys
import time

name, first, clip, cores = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), sys.argv[4]
count, stride, side, fps = clip["frameCount"], clip["stride"], clip["side"], clip["fps"]
x, y = clip["x"], clip["y"]

if name == "pyav":
    import av
    import numpy
elif name == "opencv":
    if cores == "one":
        os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "threads;1"
    import cv2
    import numpy

    if cores == "one":
        cv2.setNumThreads(1)
else:
    subprocess.run(["ffmpeg", "-version"], check=True, stdout=subprocess.DEVNULL)


def read_pyav(path, start):
    wanted = set(range(start, start + count * stride, stride))
    frames, vectors = [], []
    with av.open(path) as container:
        stream = container.streams.video[0]
        if cores == "one":
            stream.codec_context.thread_count = 1
        else:
            stream.thread_type = "AUTO"
        stream.codec_context.options = {"flags2": "+export_mvs"}
        container.seek(int(start / fps / stream.time_base), stream=stream)
        for frame in container.decode(stream):
            if round(frame.time * fps) not in wanted:
                continue
            frames.append(frame.to_ndarray(format="rgb24")[y : y + side, x : x + side])
            data = frame.side_data.get("MOTION_VECTORS")
            vectors.append(None if data is None else data.to_ndarray())
            if len(frames) == count:
                break
    return numpy.stack(frames)


def read_opencv(path, start):
    """Tells no motion vectors: it has less to do."""
    video = cv2.VideoCapture(path, cv2.CAP_FFMPEG)
    video.set(cv2.CAP_PROP_POS_FRAMES, start)
    frames = []
    for i in range((count - 1) * stride + 1):
        video.grab()
        if i % stride == 0:
            ok, frame = video.retrieve()
            frames.append(cv2.cvtColor(frame[y : y + side, x : x + side], cv2.COLOR_BGR2RGB))
    video.release()
    return numpy.stack(frames)


def read_ffmpeg(path, start):
    """Tells no motion vectors either."""
    filters = f"select=not(mod(n\\,{stride})),crop={side}:{side}:{x}:{y}"
    threads = ["-threads", "1"] if cores == "one" else []
    command = ["ffmpeg", "-v", "error", *threads, "-ss", f"{(start - 0.25) / fps:.6f}" if start else "0"]
    command += ["-i", path, "-an", "-vf", filters, "-fps_mode", "passthrough", "-frames:v", str(count)]
    command += ["-pix_fmt", "rgb24", *threads, "-f", "rawvideo", "pipe:"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


read = {"pyav": read_pyav, "opencv": read_opencv, "ffmpeg": read_ffmpeg}[name]
expected = count * side * side * 3
got = read(first, 7)
if (len(got) if isinstance(got, bytes) else got.size) != expected:
    sys.exit(f"{name} gave a clip of another size")
print(json.dumps({"ready": 1}), flush=True)
for line in sys.stdin:
    wanted = json.loads(line)
    began = time.perf_counter()
    for path, start in wanted:
        read(path, start)
    print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)
