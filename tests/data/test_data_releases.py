"""Each fact of the table of releases is the source's, and the things that most people get wrong are right."""

from typing import Any

import pytest

from envdoctor import compat
from envdoctor.data import DATE, Release, Wheels, gpu_by_name, is_newer_than_data, release, releases, sources
from envdoctor.data.tables import Drivers, Gpus, Releases, Toolkits, load
from tests.data.facts_folder import facts
from tools.build_releases import READ_ELSEWHERE

PLATFORMS = {
    "linux_x86_64": "linux_x86_64",
    "linux_aarch64": "linux_aarch64",
    "win_amd64": "windows_x86_64",
    "macos_arm64": "macos_arm64",
    "macos_x86_64": "macos_x86_64",
}
VARIANT_PLATFORMS = {"linux_x86_64", "linux_aarch64", "windows_x86_64"}


def the(version: str) -> Release:
    found = release(version)
    assert found is not None
    return found


def arch(version: str, variant: str, platform: str = "linux_x86_64") -> tuple[str, ...]:
    [found] = [one for one in the(version).platforms[platform].variants if one.name == variant]
    return found.arch


def default(version: str, platform: str = "linux_x86_64") -> str:
    return the(version).platforms[platform].default


def numbers(text: str) -> tuple[int, ...]:
    return compat.number(text)


def fact_of(version: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in facts("torch_releases.json") if one["version"] == version)
    return found


VERSIONS = [one.version for one in releases()]

# --- equal to the source ---------------------------------------------------------------------------------------------


def test_all_releases_are_there_and_the_newest_comes_first() -> None:
    assert sorted(VERSIONS, key=numbers, reverse=True) == VERSIONS
    assert set(VERSIONS) == {one["version"] for one in facts("torch_releases.json")}


@pytest.mark.parametrize("version", VERSIONS)
def test_wheels_on_pypi(version: str) -> None:
    fact, ours = fact_of(version), the(version)

    assert {PLATFORMS[name] for name in fact["pypi"]} == set(ours.platforms)
    for name, wheels in fact["pypi"].items():
        mine = ours.platforms[PLATFORMS[name]]
        assert ["cp" + one.replace(".", "") for one in mine.python] == [wheels["python_min"], wheels["python_max"]]
        assert ["cp" + one.replace(".", "") + "t" for one in mine.free_threaded] == wheels["free_threaded_abis"]
        assert mine.numpy2 == wheels["numpy2_abi"]
        built_for = [one.cuda for one in mine.variants if one.index == "pypi"]
        assert built_for == [wheels["cuda"]]
        if wheels.get("arch_flags"):
            [code] = [one.arch for one in mine.variants if one.index == "pypi"]
            assert [f"sm_{one.replace('.', '')}" for one in code] == wheels["arch_flags"]


@pytest.mark.parametrize("version", VERSIONS)
def test_floors_and_abi(version: str) -> None:
    fact, ours = fact_of(version), the(version)

    assert fact["manylinux"]["glibc_floor"].startswith(ours.platforms["linux_x86_64"].floor or "-")
    old = "manylinux2014_aarch64" in fact["pypi"]["linux_aarch64"]["wheel_platform_tags"]
    assert ours.platforms["linux_aarch64"].floor == ("2.17" if old else "2.28")
    for platform in ("linux_x86_64", "linux_aarch64"):
        assert ours.platforms[platform].cxx11_abi == fact["cxx11_abi"][f"{platform}_pypi"]
    floor = (ours.platforms["macos_arm64"].floor or "-").replace(".", "_")
    assert f"macosx_{floor}_arm64" == fact["macos"]["arm64_tags"][0]
    assert ("macos_x86_64" in ours.platforms) == fact["macos"]["x86_64"]


@pytest.mark.parametrize("version", VERSIONS)
def test_builds_and_what_they_carry(version: str) -> None:
    fact, ours = fact_of(version), the(version)

    for platform in VARIANT_PLATFORMS:
        listed, lists = fact["variants"][platform], fact["arch_per_variant"]
        mine = {one.name: one for one in ours.platforms[platform].variants if one.cuda}
        names = {one.split()[0] for one in listed} | {fact["pypi_default_variant"].get(platform, "cpu")} - {"cpu"}
        assert set(mine) == names
        for name, variant in mine.items():
            code = lists.get(platform, {}).get(name, {})
            if not code and platform == "linux_x86_64" and (version, name) in READ_ELSEWHERE:
                code = {"arch": READ_ELSEWHERE[version, name][0]}
            said = code.get("arch") or code.get("TORCH_CUDA_ARCH_LIST", "").replace("+PTX", "").split(";")
            if said != [""]:
                assert list(variant.arch) == said
                assert variant.verified
            if platform.startswith("linux"):
                assert variant.verified == (said != [""])
            if variant.index != "pypi":
                assert variant.cudnn == (fact.get("cudnn_per_variant") or {}).get(name)
            else:
                assert variant.cudnn == fact["pypi_default_cudnn"]


@pytest.mark.parametrize("version", VERSIONS)
def test_not_verified_stays_so(version: str) -> None:
    for name in fact_of(version)["arch_per_variant"].get("not_verified", []):
        found = [one for wheels in the(version).platforms.values() for one in wheels.variants if one.name == name]
        assert found
        for one in found:
            # What somebody else has read or run has the source beside it.
            elsewhere = (version, name) in READ_ELSEWHERE and one.verified
            assert elsewhere == bool(one.arch) == one.verified
            assert not elsewhere or any(source in sources(one) for source in READ_ELSEWHERE[version, name][1])


@pytest.mark.parametrize("version", VERSIONS)
def test_companions_and_dates(version: str) -> None:
    fact, ours = fact_of(version), the(version)

    assert list(ours.torchvision.serves) == fact["torchvision"]["value"]
    assert list(ours.torchaudio.serves) == fact["torchaudio"]["value"]
    assert ours.torchvision.version in ours.torchvision.serves
    assert ours.triton == fact["triton"]
    assert list(ours.rocm) == (fact["variants"]["rocm_linux"] or [])
    assert fact["release_date"]["value"].startswith(ours.date)


# --- the table itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Releases, Toolkits, Drivers, Gpus])
def test_each_table_is_dated(kind: type[Releases]) -> None:
    assert load(kind).date == DATE


@pytest.mark.parametrize("version", VERSIONS)
def test_each_row_has_a_source(version: str) -> None:
    ours = the(version)
    rows = [ours, ours.torchvision, ours.torchaudio]
    rows += [one for wheels in ours.platforms.values() for one in wheels.variants]

    assert all(sources(row) and all(sources(row)) for row in rows)


@pytest.mark.parametrize(
    ("version", "newer"), [("2.15.0+cu132", False), ("2.15.1", True), ("2.16.0a0+git1", True), ("1.12.0", False)]
)
def test_knows_how_far_it_reaches(version: str, *, newer: bool) -> None:
    assert is_newer_than_data(version) == newer


def test_an_unknown_release_is_none() -> None:
    assert release("2.1.9") is None
    assert release("2.14.1+cu126") is the("2.14.1")


# --- ten things that most people get wrong ---------------------------------------------------------------------------


def test_1_the_default_on_linux_needs_driver_580_since_2_11() -> None:
    newer = [one for one in VERSIONS if numbers(one) >= (2, 11)]

    assert {default(one)[:4] for one in newer} == {"cu13"}
    assert default("2.14.1") == "cu130"
    assert default("2.15.0") == "cu132"
    assert default("2.10.0") == "cu128"
    assert compat.driver_floor("13.0", "linux") == "580"


def test_2_cu126_keeps_maxwell_pascal_and_volta_up_to_2_14() -> None:
    assert {"5.0", "6.0", "7.0"} <= set(arch("2.14.1", "cu126"))
    assert {"5.0", "6.0", "7.0"} <= set(arch("2.7.1", default("2.7.1")))
    assert {"5.0", "6.0"}.isdisjoint(arch("2.8.0", default("2.8.0")))
    assert "7.0" in arch("2.10.0", "cu128")
    assert "7.0" not in arch("2.11.0", "cu128")
    assert "cu126" not in {one.name for one in the("2.15.0").platforms["linux_x86_64"].variants}


def test_3_windows_is_cpu_on_pypi_and_aarch64_was_until_2_10() -> None:
    assert {default(one, "windows_x86_64") for one in VERSIONS} == {"cpu"}
    assert {default(one, "linux_aarch64") for one in VERSIONS if numbers(one) < (2, 11)} == {"cpu"}
    assert default("2.11.0", "linux_aarch64") == "cu130"


def test_4_ada_was_never_in_the_list_and_runs() -> None:
    carried = [arch(one.version, one.platforms["linux_x86_64"].default) for one in releases()]

    assert not any("8.9" in code for code in carried)
    assert all(compat.runs_on("8.9", [f"sm_{one.replace('.', '')}" for one in code]) for code in carried)


def test_5_default_wheels_on_linux_carry_no_ptx() -> None:
    found = [v for one in releases() for v in one.platforms["linux_x86_64"].variants if v.index == "pypi"]

    assert len(found) == len(VERSIONS)
    assert not any(one.ptx for one in found)


def test_6_driver_565_reports_a_cuda_that_never_was() -> None:
    [row] = [one for one in load(Drivers).branches if one.branch == "R565"]
    [toolkit] = [one for one in load(Toolkits).toolkits if one.cuda == "12.7"]

    assert row.cuda == {"linux": "12.7", "windows": "12.7"}
    assert not toolkit.released
    assert "cu127" not in {v.name for one in releases() for w in one.platforms.values() for v in w.variants}


@pytest.mark.parametrize("toolkit", [one for one in load(Toolkits).toolkits if one.released], ids=lambda one: one.cuda)
def test_7_driver_floors_are_per_major(toolkit: Any) -> None:
    floors = (
        compat.EXACT_FLOORS[toolkit.cuda]
        if toolkit.cuda.startswith("10.")
        else compat.DRIVER_FLOORS[numbers(toolkit.cuda)[0]]
    )
    said = toolkit.minor_driver or toolkit.driver

    assert floors == (said["linux"], said["windows"])


def test_8_numpy_2_came_to_windows_later() -> None:
    def first(platform: str) -> str:
        return min((one.version for one in releases() if one.platforms[platform].numpy2), key=numbers)

    assert first("linux_x86_64") == first("macos_arm64") == "2.3.0"
    assert first("windows_x86_64") == "2.4.1"


def test_9_the_abi_and_glibc_changed_together() -> None:
    def first(platform: str) -> Wheels:
        return next(one.platforms[platform] for one in reversed(releases()) if one.platforms[platform].cxx11_abi)

    assert the("2.7.0").platforms["linux_x86_64"] == first("linux_x86_64")
    assert the("2.6.0").platforms["linux_aarch64"] == first("linux_aarch64")
    assert first("linux_x86_64").floor == first("linux_aarch64").floor == "2.28"
    assert the("2.6.0").platforms["linux_x86_64"].cxx11_abis == {"cu126": True}


def test_10_companions_pythons_and_macos() -> None:
    assert the("2.14.0").torchvision.version == "0.29.0"
    assert the("2.14.1").torchvision.version == "0.29.1"
    assert the("2.15.0").torchvision.version == "0.29.2"
    assert {the(one).torchaudio.version for one in VERSIONS if numbers(one) >= (2, 11)} == {"2.11.0"}
    assert the("2.15.0").platforms["linux_x86_64"].python == ("3.11", "3.15")
    assert max((one for one in VERSIONS if "macos_x86_64" in the(one).platforms), key=numbers) == "2.2.2"
    assert the("2.12.0").platforms["macos_arm64"].floor == "14.0"
    assert the("2.11.0").platforms["macos_arm64"].floor == "11.0"


def test_and_the_gpus_of_these_sentences_are_what_they_say() -> None:
    for name, capability in (("RTX 4090", "8.9"), ("GTX 1080 Ti", "6.1"), ("V100", "7.0"), ("RTX 5090", "12.0")):
        found = gpu_by_name(name)
        assert getattr(found, "capabilities", None) == (capability,)
