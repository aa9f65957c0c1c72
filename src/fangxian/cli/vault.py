"""The vault: a process that holds the keys of people's identity; make, serve, show what was destroyed, rotate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fangxian.cli.options import LanguageOption
from fangxian.cli.printing import Reader, plain_table, print_line, print_table
from fangxian.errors import FangxianError
from fangxian.vault.folder import VaultFolder, marks_in
from fangxian.vault.local import LocalVault
from fangxian.vault.proofs import BEGINNING, read_proofs
from fangxian.vault.server import serve as serve_vault

DirOption = Annotated[Path, typer.Option("--dir", help="The vault's folder.", envvar="FANGXIAN_VAULT_DIR", show_default=False)]
SocketOption = Annotated[Path, typer.Option("--socket", help="The vault's socket.", envvar="FANGXIAN_VAULT_SOCKET", show_default=False)]
MasterOption = Annotated[
    Path | None,
    typer.Option("--master", help="The master key's file; master.key in the folder by default.", envvar="FANGXIAN_VAULT_MASTER"),
]


def make(
    *,
    folder: DirOption,
    master: MasterOption = None,
    identity_key: Annotated[Path | None, typer.Option(help="A lake's identity key, so that its people keep their ids.")] = None,
    language: LanguageOption = "zh",
) -> None:
    """Make the keys of a new vault in a new folder. Back it up, its master key on another medium."""
    made = LocalVault(VaultFolder.make(folder, identity_key=identity_key, master=master))
    print_line(Reader(language).say(f"密钥已生成，标记 {made.mark()}", f"The keys were made, mark {made.mark()}"))


def serve(*, folder: DirOption, socket: SocketOption, master: MasterOption = None) -> None:
    """Run the vault until it is stopped; it answers processes of the same user, and shows nobody a key."""
    serve_vault(folder, socket, master=master)


def proofs(*, folder: DirOption, language: LanguageOption = "zh") -> None:
    """Show every proof that a key was destroyed, and verify their chain; exit 2 where it is broken. Keep the last hash somewhere else."""
    reader, found = Reader(language), read_proofs(VaultFolder.proofs_of(folder))
    table = plain_table(
        reader.number("号", "number"),
        reader.name("类别", "class"),
        reader.name("月份", "month"),
        reader.name("密钥", "key"),
        reader.name("何时 (UTC)", "when (UTC)"),
    )
    for proof in found:
        table.add_row(str(proof.number), proof.retention, proof.period, proof.key_mark, f"{proof.at:%Y-%m-%d %H:%M}")
    print_table(table)
    last = found[-1].hash if found else BEGINNING
    print_line(reader.say(f"证明完好：{len(found)} 个。末次 {last}", f"The proofs hold: {len(found)}. last {last}"))


def check_backup(
    backup: Annotated[Path, typer.Argument(help="A folder in which copies of the vault's folder lie, at any depth; archives unpacked.")],
    *,
    folder: DirOption,
    language: LanguageOption = "zh",
) -> None:
    """Say which destroyed keys a backup still has; exit 2 if there are any."""
    if not backup.is_dir():
        raise FangxianError(f"{backup} is no folder.", next_step="Unpack the backup, and name the folder.")
    reader, destroyed = Reader(language), {proof.key_mark: proof for proof in read_proofs(VaultFolder.proofs_of(folder))}
    held = [(path, destroyed[mark]) for path, mark in marks_in(backup) if mark in destroyed]
    if not held:
        print_line(reader.say("没有已销毁的密钥。", "It has none of the destroyed keys."))
        return
    for path, proof in held:
        print_line(f"{proof.number}  {proof.retention} {proof.period}  {path}")
    raise FangxianError(
        f"The backup still has {len(held)} copies of destroyed keys: what they sealed can be read with them.",
        next_step="Destroy these files, or the medium.",
    )


def rotate(*, folder: DirOption, master: MasterOption = None, language: LanguageOption = "zh") -> None:
    """Make a new key that people are named by, while the vault is stopped; then everything about people must be renamed (docs/vault.md)."""
    opened = VaultFolder.open(folder, master=master)
    with opened.alone():
        mark = LocalVault(opened).rotate()
    print_line(Reader(language).say(f"新密钥的标记 {mark}", f"mark of the new key {mark}"))


groups = {"vault": (make, serve, proofs, check_backup, rotate)}
