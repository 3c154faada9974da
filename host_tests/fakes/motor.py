"""A faked stepper motor behind a STEP/DIR driver: it moves only when a real one would."""


class Motor:
    """Counts rising edges of STEP and turns by them when enabled, not too fast and not too loaded.

    `load` is what hangs on the shaft: load.push(direction) -> bool takes one step, or refuses
    because it needs more than the motor's torque (a stall: the edge was made, nothing moved).

    edges                 rising edges seen on STEP, whatever came of them
    position_steps        where the shaft is, + forward
    lost_steps            edges that turned nothing: stalled, too fast, or disabled
    edges_while_disabled  edges with the coils off (firmware must never do that)
    early_edges           edges before DIR or ENABLE had settled (firmware must never do that)
    """

    # A4988 datasheet: DIR must stand 200 ns before STEP. One microsecond is this clock's grain.
    DIR_SETUP_US = 1
    # The current needs about a millisecond to build up and pull the rotor to its place.
    ENABLE_SETUP_US = 1000

    def __init__(
        self,
        step_pin,
        dir_pin,
        enable_pin,
        clock,
        forward_level=1,
        enabled_level=0,
        load=None,
        fastest_hz=8000,
    ):
        self.step_pin = step_pin
        self.dir_pin = dir_pin
        self.enable_pin = enable_pin
        self.load = load
        self.position_steps = 0
        self.edges = 0
        self.lost_steps = 0
        self.edges_while_disabled = 0
        self.early_edges = 0
        self.edge_times_us = None  # a list here records the moment of every edge
        self._clock = clock
        self._forward_level = forward_level
        self._enabled_level = enabled_level
        self._shortest_us = 1_000_000 // fastest_hz
        self._last_edge_us = None
        self._dir_changed_us = None
        self._enabled_us = None
        step_pin.listen(self._on_step)
        dir_pin.listen(self._on_dir)
        enable_pin.listen(self._on_enable)

    def enabled(self):
        """Whether the coils carry current."""
        return self.enable_pin.value() == self._enabled_level

    def _on_dir(self, level):
        del level
        self._dir_changed_us = self._clock.now_us

    def _on_enable(self, level):
        self._enabled_us = self._clock.now_us if level == self._enabled_level else None

    def _on_step(self, level):
        if not level:
            return
        now_us = self._clock.now_us
        self.edges += 1
        if self.edge_times_us is not None:
            self.edge_times_us.append(now_us)
        last_us, self._last_edge_us = self._last_edge_us, now_us
        if not self.enabled():
            self.edges_while_disabled += 1
            self.lost_steps += 1
            return
        if self._too_early(now_us):
            self.early_edges += 1
        if last_us is not None and now_us - last_us < self._shortest_us:
            self.lost_steps += 1
            return
        direction = 1 if self.dir_pin.value() == self._forward_level else -1
        if self.load is not None and not self.load.push(direction):
            self.lost_steps += 1
            return
        self.position_steps += direction

    def _too_early(self, now_us):
        if self._dir_changed_us is not None and now_us - self._dir_changed_us < self.DIR_SETUP_US:
            return True
        return self._enabled_us is not None and now_us - self._enabled_us < self.ENABLE_SETUP_US
