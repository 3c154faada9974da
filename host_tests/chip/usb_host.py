"""The computer at the other end of the emulated USB cable, seen as a stream of bytes.

The emulator's own host answers every armed OUT endpoint with an empty packet, so that a chip with
a cable in it never sleeps. This one holds the read until it has bytes, as a bus does with NAK.
"""

from rp2040py.peripherals.usb import EP15_OUT_BUFFER_CONTROL, USB_BUF_CTRL_AVAILABLE
from rp2040py.usb.cdc import USBCDC

SIE_SUSPENDED = 1 << 4
IN_CONTROL_FIRST = 0x80


class UsbHost(USBCDC):
    """A CDC host: `send()` queues bytes for the board, `received` gathers what the board wrote.

    - `open()` / `close()` raise and drop DTR, as a terminal program does.
    - `reading = False` is a host that stopped reading: the board's buffers fill up.
    - `on_bytes(data)`, when set, gets the bytes instead of `received`.
    """

    def __init__(self, usb):
        super().__init__(usb)
        self.received = bytearray()
        self.on_bytes = None
        self.connected = False
        self._to_send = bytearray()
        self._armed = 0
        self._reading = True
        self._held = []
        self._control_read = usb.on_endpoint_read
        self._dpram_updated = usb.dpram_updated
        usb.on_endpoint_read = self._endpoint_read
        usb.dpram_updated = self._endpoint_written
        self.on_serial_data = self._bytes_in
        self.on_device_connected = self._enumerated

    def plug(self):
        """Put the cable in now, when the chip already runs: the bus is reset and enumerated."""
        self.usb._sie_status &= ~SIE_SUSPENDED
        self.usb.reset_device()

    def unplug(self):
        """Take the cable out: the bus falls silent, which the chip sees as suspend."""
        self._on_controller_reset()
        self.usb._sie_status |= SIE_SUSPENDED
        self.usb._sie_status_updated()

    def open(self):
        self.set_control_lines(dtr=True, rts=True)

    def close(self):
        self.set_control_lines(dtr=False, rts=False)

    def send(self, data):
        """Queue bytes; the board takes them as fast as it arms its endpoint."""
        self._to_send += data
        self._offer()

    @property
    def unsent(self):
        """How many bytes the board has not taken yet."""
        return len(self._to_send)

    def keep_unsent(self):
        """Say no more: what the board has not taken yet is not sent. How many bytes that was."""
        count = self.unsent
        self._to_send.clear()
        return count

    def take(self):
        """What the board wrote since the last call."""
        data = bytes(self.received)
        self.received.clear()
        return data

    @property
    def reading(self):
        return self._reading

    @reading.setter
    def reading(self, value):
        self._reading = value
        while value and self._held:
            self._dpram_updated(*self._held.pop(0))

    def _enumerated(self):
        self.connected = True

    def _bytes_in(self, data):
        if self.on_bytes:
            self.on_bytes(bytes(data))
        else:
            self.received += data

    def _endpoint_read(self, endpoint, size):
        if endpoint == self._out_endpoint and endpoint > 0:
            self._armed = size
            self._offer()
        else:
            self._control_read(endpoint, size)

    def _offer(self):
        if self._armed and self._to_send:
            packet = bytes(self._to_send[: self._armed])
            del self._to_send[: self._armed]
            self._armed = 0
            self.usb.endpoint_read_done(self._out_endpoint, packet)

    def _endpoint_written(self, offset, value):
        if not self._reading and self._is_our_in(offset, value):
            self._held.append((offset, value))
        else:
            self._dpram_updated(offset, value)

    def _is_our_in(self, offset, value):
        return (
            self._in_endpoint > 0
            and offset == IN_CONTROL_FIRST + self._in_endpoint * 8
            and offset <= EP15_OUT_BUFFER_CONTROL
            and value & USB_BUF_CTRL_AVAILABLE
        )

    def _on_controller_reset(self):
        super()._on_controller_reset()
        self.connected = False
        self._to_send = bytearray()
        self._armed = 0
        self._held = []
