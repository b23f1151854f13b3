"""Where the frames of a video stream are: one pass over its packets, without decoding."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import av
import av.container
from av.video.stream import VideoStream


@dataclass(frozen=True, slots=True)
class PacketIndex:
    """Times are in units of the stream's time base.

    pts: of every frame that is shown, ascending: frame i is the one with the i-th smallest time. Empty when `timed` is
    false, because times are missing or repeat; then frames can only be counted. keyframes: their times, ascending,
    discarded ones too, since an edit list often begins on one. num_certain: so many first frames keep their number
    whatever follows where the file was cut.
    """

    pts: tuple[int, ...]
    keyframes: tuple[int, ...]
    end: int
    num_frames: int
    num_certain: int
    num_discarded: int
    timed: bool

    def groups(self, indices: Sequence[int]) -> Iterator[tuple[int, dict[int, int]]]:
        """For each keyframe from which ascending `indices` are reached: its time, and the wanted {time: index}."""
        wanted = [(self.pts[index], index) for index in indices]
        for key, members in groupby(wanted, lambda pair: self.keyframe_before(pair[0])):
            yield key, dict(members)

    def keyframe_before(self, pts: int) -> int:
        place = bisect_right(self.keyframes, pts)
        return self.keyframes[place - 1] if place else min(pts, self.pts[0])


class Packet(NamedTuple):
    pts: int | None
    dts: int | None
    duration: int
    is_keyframe: bool
    is_discard: bool
    is_corrupt: bool


def index_packets(container: av.container.InputContainer, stream: VideoStream) -> PacketIndex:
    """Read the packets to the end of the file, or to the damage that ends it."""
    packets = []
    try:
        for packet in container.demux(stream):
            if packet.size:
                packets.append(
                    Packet(
                        packet.pts,
                        packet.dts,
                        packet.duration or 0,
                        packet.is_keyframe,
                        packet.is_discard,
                        packet.is_corrupt,
                    )
                )
    except av.FFmpegError:
        pass  # what lies behind the damage is not there; the header tells how much that is
    while packets and packets[-1].is_corrupt:
        packets.pop()  # the file ends in its middle
    return index_of(packets)


def index_of(packets: Sequence[Packet]) -> PacketIndex:
    shown = [packet for packet in packets if not packet.is_discard]
    pts = sorted(packet.pts for packet in shown if packet.pts is not None)
    timed = len(set(pts)) == len(shown)
    last_dts = packets[-1].dts if packets else None
    return PacketIndex(
        pts=tuple(pts) if timed else (),
        keyframes=tuple(sorted(packet.pts for packet in packets if packet.is_keyframe and packet.pts is not None)),
        # Durations follow the order of decoding, so the last packet's is the last frame's.
        end=pts[-1] + packets[-1].duration if pts else 0,
        num_frames=len(shown),
        # Later packets have later decoding times, and none is shown before it is decoded.
        num_certain=bisect_right(pts, last_dts) if timed and last_dts is not None else len(shown),
        num_discarded=len(packets) - len(shown),
        timed=timed,
    )
