"""Reads a safetensors file of float32 tensors without a package for it."""

import json
import struct

import torch


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        count = (end - begin) // 4
        tensors[name] = torch.frombuffer(data, dtype=torch.float32, count=count, offset=begin).view(entry["shape"])
    return tensors
