"""The peer of bench/loader: `torch_loader.py FOLDER LOADING`, a PyTorch DataLoader over PyAV.

`epoch` loads every sample once and answers with the clips and the seconds. The workers stay from epoch to epoch;
their buffers begin empty each time.
"""

import json
import random
import sys
import time

import av
import numpy
import torch

folder, loading = sys.argv[1], json.loads(sys.argv[2])
count, stride, side = loading["frameCount"], loading["stride"], loading["side"]
torch.set_num_threads(1)

SCALES = [1, 0.875, 0.75, 0.66]
PLACES = [(0, 0), (4, 0), (0, 4), (4, 4), (2, 2), (0, 2), (4, 2), (2, 4), (2, 0), (1, 1), (3, 1), (1, 3), (3, 3)]


def multi_scale_crop(width, height):
    short = min(width, height)
    pairs = [(a, b) for i, a in enumerate(SCALES) for j, b in enumerate(SCALES) if abs(i - j) <= 1]
    wide, high = (int(short * scale) for scale in random.choice(pairs))
    across, down = random.choice(PLACES)
    return (width - wide) // 4 * across, (height - high) // 4 * down, wide, high


class Clips(torch.utils.data.Dataset):
    def __len__(self):
        return loading["videos"] * loading["copies"]

    def __getitem__(self, index):
        frames = []
        with av.open(f"{folder}/{index % loading['videos']}.mp4") as container:
            stream = container.streams.video[0]
            stream.codec_context.thread_count = 1
            fps = float(stream.average_rate)
            start = random.randrange(stream.frames - (count - 1) * stride)
            wanted = set(range(start, start + count * stride, stride))
            container.seek(int(start / fps / stream.time_base), stream=stream)
            for frame in container.decode(stream):
                if round(frame.time * fps) in wanted:
                    frames.append(frame.to_ndarray(format="rgb24"))
                    if len(frames) == count:
                        break
        clip = torch.from_numpy(numpy.stack(frames))
        x, y, wide, high = multi_scale_crop(clip.shape[2], clip.shape[1])
        clip = clip[:, y : y + high, x : x + wide].permute(0, 3, 1, 2)
        clip = torch.nn.functional.interpolate(clip, (side, side), mode="bilinear", antialias=True)
        if random.random() < 0.5:
            clip = clip.flip(3)
        return clip.permute(0, 2, 3, 1).contiguous()


loader = torch.utils.data.DataLoader(
    Clips(),
    batch_size=loading["batch"],
    shuffle=True,
    num_workers=loading["workers"],
    persistent_workers=True,
    drop_last=True,
)


def epoch():
    began = time.perf_counter()
    clips = sum(batch.shape[0] for batch in loader)
    return {"clips": clips, "seconds": time.perf_counter() - began}


epoch()
major, minor = (int(part) for part in torch.__version__.split(".")[:2])
print(json.dumps({"major": major, "minor": minor, "av": int(av.__version__.split(".")[0])}), flush=True)
for line in sys.stdin:
    if line.strip() == "epoch":
        print(json.dumps(epoch()), flush=True)
