"""Independent QR decoder: python3 decode_qr.py FORMS_DIR ORIGIN DID; one fragment per line in, one JWT per line out."""
import base64, datetime, json, pathlib, re, sys, zlib

forms_dir, constants = pathlib.Path(sys.argv[1]), {"{origin}": sys.argv[2], "{did}": sys.argv[3]}

def string_of(kind, value):
    if kind == "date": return str(datetime.date(1970, 1, 1) + datetime.timedelta(value))
    if "digits" in kind: return str(value)[1:]
    return str(value) if "int" in kind else kind["oneOf"][value]

def radix_of(kind):
    if kind == "date": return 65536
    return 2 * 10 ** kind["digits"] if "digits" in kind else kind["int"] if "int" in kind else len(kind["oneOf"])

def decode(fragment):
    form = json.loads((forms_dir / f"form-{fragment[:2]}.json").read_text("utf-8"))
    n, values = int(fragment[2:]), {}
    for hole in reversed([hole for hole in form["holes"] if hole["kind"] != "text"]):
        n, value = divmod(n, radix_of(hole["kind"]))
        values["«" + hole["name"] + "»"] = string_of(hole["kind"], value)
    packed = n.to_bytes((n.bit_length() + 7) // 8, "big")
    texts = zlib.decompressobj(-15, zdict=(forms_dir / form["dictionary"]).read_bytes()).decompress(packed[:-64])
    names = ["«" + hole["name"] + "»" for hole in form["holes"] if hole["kind"] == "text"]
    values.update(zip(names, texts.decode("utf-8").split("\n"), strict=True))
    text = re.sub(r"«\w+»|\{origin\}|\{did\}", lambda found: {**constants, **values}[found[0]], form["text"])
    halves = text.replace("}.{", "}\n{", 1).split("\n")
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in [*[h.encode() for h in halves], packed[-64:]])

for line in sys.stdin: print(decode(line.strip()))
