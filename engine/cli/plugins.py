"""`ddsp-live plugins`: the plug-in for hosts, LV2 and CLAP, and the patches that it plays."""

from pathlib import Path

from ..terminal import print_table

EXAMPLES = """examples:
  ddsp-live plugins install               LV2 and CLAP, with all patches
  ddsp-live plugins install clap          only this format
  ddsp-live plugins list                  what is installed, and where
  ddsp-live plugins export my-cello       hands one patch to the plug-in, after a change of it
"""


def add_arguments(parser) -> None:
    commands = parser.add_subparsers(metavar="ACTION", required=True)
    install = commands.add_parser("install", help="put the plug-in and the patches where hosts look")
    install.add_argument("formats", nargs="*", metavar="FORMAT", help="lv2 or clap; both by default")
    install.set_defaults(action=_install)
    listing = commands.add_parser("list", help="show what is installed")
    listing.set_defaults(action=_list)
    export = commands.add_parser("export", help="hand one patch to the plug-in")
    export.add_argument("patch", help="name of a factory patch or of one of your own")
    export.add_argument("-o", "--output", type=Path, help="file to write, by default where the plug-in looks")
    export.set_defaults(action=_export)


def run(arguments) -> int:
    return arguments.action(arguments)


def _install(arguments) -> int:
    from ..plugins.install import FORMATS, bank_folder, export_all, install

    formats = arguments.formats or FORMATS
    for form in formats:
        if form not in FORMATS:
            raise ValueError(f"There is no format {form!r}: choose one of {', '.join(FORMATS)}.")
    count = export_all()
    for form in formats:
        print(f"{form.upper()}: {install(form)}")
    print(f"{count} patches: {bank_folder()}")
    print("Let your host look for new plug-ins; it is called ddsp-live.")
    return 0


def _list(arguments) -> int:
    from ..kernel.flat import SUFFIX
    from ..plugins.install import FORMATS, bank_folder, bundle_path

    rows = [
        (form.upper(), "yes" if bundle_path(form).exists() else "no", str(bundle_path(form)))
        for form in FORMATS
    ]
    for kind in ("factory", "own", "rooms"):
        rows.append(
            (kind, str(len(list((bank_folder() / kind).glob(f"*{SUFFIX}")))), str(bank_folder() / kind))
        )
    print_table(("what", "installed", "where"), rows)
    return 0


def _export(arguments) -> int:
    from ..patch import list_patches, load_patch
    from ..plugins.install import export

    wanted = load_patch(arguments.patch)
    entry = next((each for each in list_patches() if each.path == wanted.path), None)
    if entry is None:
        raise ValueError(
            f"{arguments.patch} is none of your patches: add it with `ddsp-live patches --add {arguments.patch}`."
        )
    print(export(entry, arguments.output))
    return 0
