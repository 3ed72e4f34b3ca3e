import pytest

from envdoctor.bench.reference import reference_of, shares, table


def test_every_row_has_a_source_and_sane_rates() -> None:
    assert len(table().gpus) > 70
    for row in table().gpus:
        assert row.sources
        assert row.patterns
        assert row.fp32_tflops is not None
        assert 1 < row.fp32_tflops < 200
        assert row.memory_gb_s is not None
        assert 50 < row.memory_gb_s < 10000


@pytest.mark.parametrize("name", ["NVIDIA H100 80GB HBM3", "Tesla T4", "NVIDIA GeForce RTX 4090"])
def test_is_known(name: str) -> None:
    assert reference_of(name) is not None


@pytest.mark.parametrize("name", [None, "", "NVIDIA", "NVIDIA GeForce RTX 9999", "H100 of my own"])
def test_is_not_guessed(name: str | None) -> None:
    assert reference_of(name) is None


def test_shares_are_of_the_data_sheet() -> None:
    found = shares(
        {"gemm_bf16_flops": 798e12, "copy_bytes_per_second": 3.0e12, "dispatch_seconds": 1e-6}, "NVIDIA H100 80GB HBM3"
    )

    assert found["gemm_bf16_flops"] == pytest.approx(0.81, abs=0.01)
    assert found["copy_bytes_per_second"] == pytest.approx(0.9, abs=0.01)
    assert set(found) == {"gemm_bf16_flops", "copy_bytes_per_second"}
