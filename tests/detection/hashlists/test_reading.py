import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tests.content.pictures import encoded, texture
from tests.detection.hashlists.texts import ReadEntries, read_entries
from tutela.cli.main import app
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.hashlists.hashlist import NewEntry
from tutela.detection.hashlists.rows import MAX_LINE, Format, UnreadableFile, guess_format

KINDS = installed_kinds()
MD5 = "900150983cd24fb0d6963f7d28e17f72"
PDQ = "d8f8f0cee0f4a84f0637022a078f67f0b36e2ed596621e1d33e6339c4e9c9b22"
SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def read(text: str, format_: Format, only: str | None = None) -> ReadEntries:
    return read_entries(text, format_, KINDS, only)


def entry(kind: str, value: str, **more: object) -> NewEntry:
    return NewEntry(kind, bytes.fromhex(value), **more)  # type: ignore[arg-type]


def bad_lines(result: ReadEntries) -> list[int]:
    return [row.line for row in result.bad]


# CSV


@pytest.mark.parametrize(
    "text",
    [
        f"kind,value\nmd5,{MD5}\n",
        f"\ufeffkind,value\nmd5,{MD5}\n",
        f"kind;value\nmd5;{MD5}\n",
        f"kind,value\r\nmd5,{MD5}\r\n",
        f"kind,value\rmd5,{MD5}\r",
        f' Kind , VALUE \n MD5 ,"{MD5.upper()}"\n',
        f'"kind","value"\n"md5","{MD5}"',
        f"value,kind\n\n{MD5},md5\n\n",
        f"value\n{MD5}\n",
        f"MD5\n{MD5}\n",
        f"path,md5,sha256,pdq,quality\nx.jpg,{MD5},,,\n",
        f"kind,value,verified_by\nmd5,{MD5}\n",
    ],
)
def test_csv_as_people_write_it(text: str) -> None:
    result = read(text, Format.CSV)
    assert (result.entries, result.bad, result.rows) == ((entry("md5", MD5),), (), 1)


def test_a_csv_row_may_carry_a_value_of_every_kind() -> None:
    text = f"sha256,md5,pdq,classification\n{SHA256},{MD5},{PDQ},B1\n,{MD5},,\n"
    result = read(text, Format.CSV)
    assert {(e.kind, e.value.hex(), e.classification) for e in result.entries} == {
        ("md5", MD5, "B1"), ("sha256", SHA256, "B1"), ("pdq", PDQ, "B1"), ("md5", MD5, None)
    }  # fmt: skip
    assert (result.rows, len(result.entries), result.bad) == (2, 4, ())


def test_csv_keeps_what_is_known_of_an_entry() -> None:
    text = f'kind;value;classification;verified_by;reference\npdq;{PDQ};A2;" Anna ;Bo;Anna;";"no. 7; ""old"""\n'
    (found,) = read(text, Format.CSV).entries
    assert found == entry("pdq", PDQ, classification="A2", verified_by=("Anna", "Bo"), reference='no. 7; "old"')


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\ufeff",
        "a,b\n1,2\n",
        f"{MD5}\n",
        '"kind,value\nmd5,x\n',
        "kind,kind,value\n",
        f"md5,MD5\n{MD5},{MD5}\n",
    ],
)
def test_a_csv_without_a_usable_first_line_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFile, match="first line"):
        read(text, Format.CSV)


def test_bad_csv_rows_are_reported_with_their_lines() -> None:
    lines = [
        "kind,value,reference",  # 1
        f"md5,{MD5},good",
        f"md5,{MD5[:-1]},short",  # 3
        "",
        f"neuralhash,{MD5},unknown kind",  # 5
        f'md5,{MD5},"two',
        'lines"',
        f"pdq,{MD5},wrong length",  # 8
        f'md5,"{MD5}"x,broken quotes',  # 9
        f"md5,{MD5},one,too many",  # 10
        "",
        "",
        ",,nothing",  # 13
        f'pdq,"{PDQ}\n\nx",a value of three lines',  # 14
        f"{MD5}",  # 17: a kind without a value
        f"md5,{MD5},good",
        f'md5,{MD5},"never closed',  # 19
        f"md5,{MD5},swallowed",
    ]
    result = read("\n".join(lines), Format.CSV)
    assert bad_lines(result) == [3, 5, 8, 9, 10, 13, 14, 17, 19]
    assert [e.reference for e in result.entries] == ["good", "two\nlines", "good"]
    assert result.rows == 12
    assert "32 hexadecimal digits" in result.bad[0].reason
    assert "unknown kind 'neuralhash': md5, pdq, photodna, sha1, sha256" in result.bad[1].reason
    assert "more cells" in result.bad[4].reason


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@given(
    good=st.lists(st.booleans(), min_size=1, max_size=12), blanks=st.lists(st.integers(0, 2), min_size=12, max_size=12)
)
def test_a_bad_csv_row_is_named_by_the_line_at_which_it_begins(
    newline: str, good: list[bool], blanks: list[int]
) -> None:
    lines, expected = ["kind,value,reference"], []
    for is_good, blank in zip(good, blanks, strict=False):
        lines += [""] * blank
        if not is_good:
            expected.append(len(lines) + 1)
        lines += [f'{"md5" if is_good else "md6"},{MD5},"first', 'second"']
    result = read(newline.join(lines), Format.CSV)
    assert bad_lines(result) == expected
    assert (result.rows, len(result.entries)) == (len(good), sum(good))


def test_a_very_long_csv_cell_spoils_its_row_alone() -> None:
    text = (
        f"kind,value,reference\nmd5,{MD5},{'x' * 200_000}\nmd5,{MD5},ok\nmd5,{MD5},{'x' * 201}\nmd5,{MD5},{'x' * 200}\n"
    )
    result = read(text, Format.CSV)
    assert bad_lines(result) == [2, 4]
    assert [e.reference for e in result.entries] == ["ok", "x" * 200]
    assert all(len(row.reason) < 300 for row in result.bad)


@pytest.mark.parametrize("cell", [f'"=""{MD5}"""', f"'{MD5}", f"=HYPERLINK({MD5})", "9.00151E+31", f"0x{MD5}"])
def test_what_a_spreadsheet_makes_of_a_value_is_refused_and_never_guessed_at(cell: str) -> None:
    result = read(f"kind,value\nmd5,{cell}\n", Format.CSV)
    assert (result.entries, bad_lines(result)) == ((), [2])


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+46 70", "-2", "\t=x", "'=1"])
def test_formula_like_references_are_plain_text(text: str) -> None:
    (found,) = read(f'kind,value,reference\nmd5,{MD5},"{text}"\n', Format.CSV).entries
    assert found.reference == text.strip()


# Values of which the kind is not written


@pytest.mark.parametrize("kind", ["sha1", "photodna"])
def test_digits_that_only_one_kind_has_need_no_name(kind: str) -> None:
    value = "5a" * KINDS[kind].BYTES
    for text, format_ in ((value, Format.LINES), (f"value\n{value}\n", Format.CSV), (json.dumps([value]), Format.JSON)):
        assert read(text, format_).entries == (entry(kind, value),)


def test_photodna_as_lists_write_it_in_base64() -> None:
    value = bytes(range(144))
    text = base64.b64encode(value).decode()
    written = (
        (f"photodna:{text}", Format.LINES),
        (f"photodna\n{text}\n", Format.CSV),
        (f'{{"kind": "PhotoDNA", "value": "{text}"}}', Format.JSONL),
    )
    for line, format_ in written:
        assert read(line, format_).entries == (NewEntry("photodna", value),)
    assert read(text, Format.LINES, "photodna").entries == (NewEntry("photodna", value),)
    assert bad_lines(read(text, Format.LINES)) == [1]


def test_64_digits_may_be_two_kinds() -> None:
    for text, format_ in ((PDQ, Format.LINES), (f"value\n{PDQ}\n", Format.CSV), (json.dumps([PDQ]), Format.JSON)):
        result = read(text, format_)
        assert result.entries == ()
        assert "64 digits may be pdq or sha256: write the kind before it, or give --kind" in result.bad[0].reason
        assert read(text, format_, "pdq").entries == (entry("pdq", PDQ),)
        assert read(text, format_, "sha256").entries == (entry("sha256", PDQ),)


def test_the_kind_of_the_command_line_serves_only_where_none_is_written() -> None:
    assert read(f"md5:{MD5}\n", Format.LINES, "pdq").entries == (entry("md5", MD5),)
    assert bad_lines(read(MD5, Format.LINES, "pdq")) == [1]
    with pytest.raises(UnreadableFile, match="no fingerprint is called 'neuralhash'"):
        read(MD5, Format.LINES, "neuralhash")


def test_a_value_beside_the_column_of_a_kind_is_refused() -> None:
    result = read(json.dumps({"kind": "md5", "value": MD5, "pdq": PDQ}), Format.JSONL)
    assert (result.entries, bad_lines(result)) == ((), [1])
    assert "not both" in result.bad[0].reason


# Plain lines


def test_plain_lines() -> None:
    lines = ["\ufeff# a list, of mine", MD5, "", f" MD5:{MD5.upper()} ", f"sha256: {SHA256}", f"md5:{SHA256}"]
    text = "\r\n".join([*lines, f"x:y:{MD5}", "hello"])
    result = read(text, Format.LINES)
    assert result.entries == (entry("md5", MD5), entry("md5", MD5), entry("sha256", SHA256))
    assert (bad_lines(result), result.rows) == ([6, 7, 8], 6)


def test_a_line_of_endless_length_is_refused_whole() -> None:
    endless = f"md5:{MD5}" + " " * MAX_LINE + "something else"
    result = read(f"{MD5}\n{endless}\n{MD5}\n", Format.LINES)
    assert (len(result.entries), bad_lines(result)) == (2, [2])
    assert bad_lines(read(json.dumps({"md5": MD5, "reference": "x" * MAX_LINE}), Format.JSONL)) == [1]


# JSON


@pytest.mark.parametrize(
    "value",
    [
        [{"kind": "md5", "value": MD5}],
        {"entries": [{"kind": "md5", "value": MD5}]},
        {"kind": "md5", "value": MD5},
        [{"md5": MD5, "pdq": None, "quality": None}],
        [f"md5:{MD5}"],
        [MD5],
        {"entries": [{"Value": MD5, "classification": None, "verified_by": [], "reference": ""}]},
    ],
)
def test_json_in_its_forms(value: object) -> None:
    for text in (json.dumps(value), "\ufeff" + json.dumps(value, indent=2)):
        assert read(text, Format.JSON).entries == (entry("md5", MD5),)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1,",
        "7",
        '"x"',
        "null",
        '{"entries": 7}',
        '{"entries": {"md5": "x"}}',
        "[" * 100_000,
        "[" + "9" * 5000 + "]",
    ],
)
def test_what_is_no_list_in_json_is_refused(text: str) -> None:
    with pytest.raises(UnreadableFile, match="JSON"):
        read(text, Format.JSON)


@pytest.mark.parametrize(
    "element",
    [
        {}, 7, None, [], [MD5], {"kind": "md5"}, {"kind": "md5", "value": 7}, {"kind": 5, "value": MD5},
        {"kind": "md5", "value": [MD5]}, {"md5": {"value": MD5}}, {"md5": None, "pdq": None},
        {"md5": MD5, "pdq": "short"}, {"md5": MD5, "classification": "no spaces here"},
        {"md5": MD5, "classification": 7}, {"md5": MD5, "classification": "x" * 100_000},
        {"md5": MD5, "verified_by": 7}, {"md5": MD5, "verified_by": ["Anna", 7]},
        {"md5": MD5, "verified_by": {"Anna": 1}},
        {"md5": MD5, "verified_by": ["x" * 201]}, {"md5": MD5, "reference": 7}, {"md5": MD5, "reference": True},
        {"md5": MD5, "reference": 10**400}, {"md5": MD5, "reference": "x" * 201}, {"md5": MD5, "reference": "a\0b"},
        {"md5": MD5, "reference": "\ud800"}, {"md5": MD5, "verified_by": ["\udfff"]},
        {"kind": "\ud800", "value": MD5},
    ],
)  # fmt: skip
def test_a_bad_element_is_reported_and_the_others_are_read(element: object) -> None:
    good = {"md5": MD5}
    as_list = read(json.dumps([good, element, good]), Format.JSON)
    as_lines = read("\n".join(map(json.dumps, [good, element, good])), Format.JSONL)
    for result in (as_list, as_lines):
        assert (result.entries, bad_lines(result), result.rows) == ((entry("md5", MD5),) * 2, [2], 3)
        result.bad[0].reason.encode()
        assert 0 < len(result.bad[0].reason) < 300


def test_one_verifier_is_never_read_as_two() -> None:
    result = read(json.dumps({"md5": MD5, "verified_by": ["Anna; Bo"]}), Format.JSONL)
    assert (result.entries, bad_lines(result)) == ((), [1])


@pytest.mark.parametrize(
    "line", ['{"md5": ', "[" * 100_000, '{"quality": ' + "9" * 5000 + "}", "{}{}", "'x'", "NaN", "5"]
)
def test_a_bad_json_line_is_reported_and_the_others_are_read(line: str) -> None:
    result = read(f'{{"md5": "{MD5}"}}\n\n{line}\n{{"md5": "{MD5}"}}\n', Format.JSONL)
    assert (len(result.entries), bad_lines(result), result.rows) == (2, [3], 3)
    guess_format("x.json", line)
    guess_format("list", line)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_line_ends_end_a_json_line(separator: str) -> None:
    row = json.dumps({"md5": MD5, "reference": f"a{separator}b"}, ensure_ascii=False)
    if separator < " ":  # JSON wants these escaped
        row = row.replace(separator, f"\\u{ord(separator):04x}")
    result = read(f"{row}\n{{}}\n", Format.JSONL)
    assert [e.reference for e in result.entries] == [f"a{separator}b"]
    assert bad_lines(result) == [2]


def test_json_lines_as_tutela_hash_prints_them(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(encoded(texture(), "PNG"))
    (tmp_path / "text.txt").write_text("an ordinary text", "utf-8")
    names = [str(tmp_path / name) for name in ("picture.png", "text.txt", "none")]
    printed = CliRunner().invoke(app, ["hash", "--json", *names])
    rows = [json.loads(line) for line in printed.stdout.splitlines()]
    assert [row["pdq"] is None for row in rows] == [False, True, True]
    result = read(printed.stdout, guess_format("-", printed.stdout))
    assert [(e.kind, e.value.hex()) for e in result.entries] == [
        *((kind, rows[0][kind]) for kind in ("md5", "pdq", "sha256")),
        *((kind, rows[1][kind]) for kind in ("md5", "sha256")),
    ]
    assert bad_lines(result) == [3]


@pytest.mark.parametrize(
    ("name", "text", "format_"),
    [
        ("a.csv", "anything", Format.CSV),
        ("a.CSV", "[]", Format.CSV),
        ("a.jsonl", "[]", Format.JSONL),
        ("a.json", "[]", Format.JSON),
        ("a.json", '{"entries": []}', Format.JSON),
        ("a.json", '{\n"entries": []}', Format.JSON),
        ("a.json", '{"md5": "x"}\n{"md5": "y"}', Format.JSONL),
        ("-", "\ufeff[1]", Format.JSON),
        ("-", '\n {"md5": "x"}\n{"md5": "y"}', Format.JSONL),
        ("-", "kind,value\n", Format.CSV),
        ("-", "kind;value\n", Format.CSV),
        ("-", MD5, Format.LINES),
        ("a.txt", f"# mine, and yours\n\n{MD5}\n", Format.LINES),
        ("-", "", Format.LINES),
    ],
)
def test_the_format_is_guessed_by_ending_and_first_line(name: str, text: str, format_: Format) -> None:
    assert guess_format(name, text) is format_


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from([MD5, PDQ, "md5"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["kind", "value", "md5", "pdq", "entries", "verified_by", "reference"]), inner
        )
    ),
    max_leaves=12,
)


@given(
    text=st.one_of(
        st.text(max_size=200),
        st.text(st.sampled_from('kindvalueMD5pq,;"\n\r:#[]{}\ufeff '), max_size=120),
        JSON.map(json.dumps),
        st.lists(JSON.map(json.dumps)).map("\n".join),
    ),
    format_=st.sampled_from(Format),
    only=st.sampled_from([None, "md5", "pdq"]),
)
def test_any_text_is_read_or_refused_and_every_row_is_accounted_for(
    text: str, format_: Format, only: str | None
) -> None:
    guess_format("-", text)
    try:
        result = read(text, format_, only)
    except UnreadableFile:
        return
    assert len(result.bad) <= result.rows
    assert result.rows <= len(result.bad) + len(result.entries)
    assert all(row.line >= 1 for row in result.bad)
    assert bad_lines(result) == sorted(set(bad_lines(result)))
    for found in result.entries:
        assert len(found.value) == KINDS[found.kind].BYTES
