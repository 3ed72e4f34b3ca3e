from collections.abc import Iterator

from envdoctor.findings import Finding, Fix, Severity, check
from envdoctor.measurements import Explanation, Measured
from envdoctor.rules.observed import percent
from envdoctor.rules.series import attributions, devices, digits, loses, number, part, proof, ratio, row, shown

SLOWER = 0.95
LITTLE = 1.3
CALLS = 0.2


@check("BEN020", Severity.NOTE, cause="amp-slower-or-nan")
def half_precision_slower(
    measurements: tuple[Measured, ...] | None, explanation: Explanation | None
) -> Iterator[Finding]:
    """Mixed precision is slower here.

    Casts are operators too. They pay where large products run on tensor cores or on instructions for the small type.
    Two measurements must agree: every round is slower under autocast, and either products gain little from the type,
    or a step is mostly calls. It would be wrong for a net with more arithmetic in each step.

    How to mend it: leave autocast out for nets and batches this small; try it again at larger ones.

    Source: https://docs.pytorch.org/docs/stable/amp.html (autocast).
    """
    if measurements is None:
        return
    for device in devices(measurements):
        rates = row(measurements, "machine.ceilings", device)
        for kind in ("bf16", "fp16"):
            found = row(measurements, f"ladder.amp_{kind}", device)
            if found is None or not loses(found[1], SLOWER):
                continue
            small, large = (number(rates[1].values, f"gemm_{t}_flops") if rates else None for t in (kind, "fp32"))
            weak = small is not None and large is not None and small < LITTLE * large
            calls = [(at, share[1].low) for at, one in attributions(explanation) if one.device == device
                     for share in [part(one, "dispatch")] if share is not None and share[1].low >= CALLS]  # fmt: skip
            if not weak and not calls:
                continue
            because = (
                f"products in {kind} reach {digits(small / large)} times the float32 rate"
                if weak and small and large
                else ""
            )
            because = (
                because or f"at least {percent(calls[0][1])} of a step is the start of operators, and casts add more"
            )
            yield Finding(
                what=f"On {device} autocast to {kind} is {ratio(found[1])} as fast: {because}.",
                why="Casts cost more here than the smaller type gains.",
                fix=Fix("Leave autocast out at this size of net and batch."),
                evidence=shown(measurements, *proof(found[0]))
                | (shown(measurements, f"{rates[0]}.values.gemm_{kind}_flops") if rates else {})
                | {
                    f"explanation.attribution.{at}.batch": explanation.attribution[at].batch
                    for at, _ in calls
                    if explanation
                },
            )
