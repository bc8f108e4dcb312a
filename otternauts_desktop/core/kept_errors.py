"""Known errors of what is kept on this machine: the vault, the database, its backups."""

from otternauts_desktop.core.errors import KnownError, OutpostError
from otternauts_desktop.core.words import marked


class VaultLocked(OutpostError):
    title = marked("The vault with your keys and secrets is locked.")
    next_step_default = marked(
        "This system has no keyring. Give the passphrase of the encrypted vault, "
        "or set OTTERNAUTS_SECRET_KEY."
    )
    anchor = "vault-locked"


class VaultPassphraseWrong(VaultLocked):
    title = marked("That passphrase does not open the vault.")
    next_step_default = marked("Try again. Without it the secrets in the vault can't be had back.")
    anchor = "vault-passphrase-wrong"


class MasterKeyMissing(VaultLocked):
    title = marked("The key to the values that are kept here is gone from the keyring.")
    next_step_default = marked(
        "Give your recovery key: otternauts vault recover. Nothing that is kept was changed."
    )
    anchor = "master-key-missing"


class RecoveryKeyWrong(VaultLocked):
    title = marked("This is not the recovery key of what is kept here.")
    next_step_default = marked("Look for a slip in it: it has 14 groups of 4 letters and digits.")
    anchor = "recovery-key-wrong"


class VaultDamaged(VaultLocked):
    title = marked("The vault's file can't be read.")
    next_step_default = marked(
        "Move vault.json away, then restore a backup, or give keys and values again."
    )
    anchor = "vault-damaged"


class KeyringSilent(VaultLocked):
    title = marked("The system's keyring does not answer.")
    next_step_default = marked("It may be asking for your password: answer it, then try again.")
    anchor = "keyring-silent"


class SecretMissing(VaultLocked):
    title = marked("The vault does not have this secret any more.")
    next_step_default = marked("Give the key of this outpost again.")
    anchor = "secret-missing"


class DatabaseNewer(KnownError):
    title = marked("The database was made by a newer version of Otternauts.")
    next_step_default = marked("Install the newer version; the file was left untouched.")
    anchor = "database-newer"


class DatabaseDamaged(KnownError):
    title = marked("The database can't be read.")
    next_step_default = marked(
        "The file was left untouched. Restore a backup (otternauts backup restore) or move it away."
    )
    anchor = "database-damaged"


class DatabaseUnwritable(KnownError):
    title = marked("The database can't be written.")
    next_step_default = marked(
        "Check the free space of the disk and the rights on the data directory."
    )
    anchor = "database-unwritable"


class BackupUnusable(KnownError):
    """Nothing was changed by a file that raises this."""

    title = marked("The file is no backup of Otternauts.")
    next_step_default = marked("Check that it is the right file. Nothing was changed.")
    anchor = "backup-unusable"


class BackupDamaged(BackupUnusable):
    title = marked("The backup is damaged.")
    next_step_default = marked("Take another one, or copy it again. Nothing was changed.")
    anchor = "backup-damaged"


class BackupNewer(BackupUnusable):
    title = marked("The backup was made by a newer version of Otternauts.")
    next_step_default = marked("Install the newer version. Nothing was changed.")
    anchor = "backup-newer"


class BackupPassphraseWrong(BackupUnusable):
    title = marked("That passphrase does not open the backup.")
    next_step_default = marked(
        "Try again. Without it what is in the backup can't be had back. Nothing was changed."
    )
    anchor = "backup-passphrase-wrong"


class PassphraseTooShort(KnownError):
    title = marked("The passphrase is too short.")
    next_step_default = marked("Use at least 8 characters; several words are best.")
    anchor = "passphrase-too-short"


class HomeInUse(KnownError):
    title = marked("Another Otternauts is using this data directory.")
    next_step_default = marked("Use the window that is already open, or choose another --home.")
    anchor = "home-in-use"
