"""The peers of bench/decode: `peer.py pyav|opencv|ffmpeg VIDEO CLIP`, one thread each.

Each line is a JSON list of first frames, answered with the seconds that their clips took.
"""

import json
import os
import subprocess
import sys
import time

name, path, clip = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
count, stride, side, fps = clip["frames"], clip["stride"], clip["side"], clip["fps"]
x, y = clip["x"], clip["y"]

if name == "pyav":
    import av
    import numpy
elif name == "opencv":
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "threads;1"
    import cv2
    import numpy

    cv2.setNumThreads(1)
else:
    subprocess.run(["ffmpeg", "-version"], check=True, stdout=subprocess.DEVNULL)


def read_pyav(start):
    wanted = set(range(start, start + count * stride, stride))
    frames, vectors = [], []
    with av.open(path) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
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


def read_opencv(start):
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


def read_ffmpeg(start):
    """Tells no motion vectors either."""
    filters = f"select=not(mod(n\\,{stride})),crop={side}:{side}:{x}:{y}"
    command = ["ffmpeg", "-v", "error", "-threads", "1", "-ss", f"{(start - 0.25) / fps:.6f}" if start else "0"]
    command += ["-i", path, "-an", "-vf", filters, "-fps_mode", "passthrough", "-frames:v", str(count)]
    command += ["-pix_fmt", "rgb24", "-threads", "1", "-f", "rawvideo", "pipe:"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


read = {"pyav": read_pyav, "opencv": read_opencv, "ffmpeg": read_ffmpeg}[name]
expected = count * side * side * 3
got = read(7)
if (len(got) if isinstance(got, bytes) else got.size) != expected:
    sys.exit(f"{name} gave a clip of another size")
print(json.dumps({"ready": 1}), flush=True)
for line in sys.stdin:
    starts = json.loads(line)
    began = time.perf_counter()
    for start in starts:
        read(start)
    print(json.dumps({"seconds": time.perf_counter() - began}), flush=True)
