"""Devices, loaded models and models on disk → MemoryShown."""

from __future__ import annotations

from ..devices import find_devices
from ..session import Session
from .shows import DeviceShown, LoadedShown, MemoryShown, OnDisk


def memory_shown(session: Session) -> MemoryShown:
    """What there is now; measured now."""
    devices = tuple(
        DeviceShown(name=d.torch_name, detail=d.name, total_bytes=d.total_bytes, free_bytes=d.free_bytes)
        for d in find_devices()
    )
    loaded = tuple(
        LoadedShown(model_id=m.facts.model_id, device=m.device, dtype=m.dtype, bytes=m.bytes, used=m.used)
        for m in reversed(session.pool.loaded())
    )
    hub = session.hub
    on_disk = tuple(
        OnDisk(
            model_id=m.model_id,
            revision=hub.revision(m) if hub.can_delete(m) else m.revision,
            task=m.task or "",
            bytes=m.weight_bytes,
            fetched=m.fetched,
            can_delete=hub.can_delete(m),
        )
        for m in hub.models()
    )
    return MemoryShown(devices=devices, loaded=loaded, on_disk=on_disk)
