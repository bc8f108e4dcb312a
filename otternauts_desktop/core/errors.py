"""Known errors: each owns its sentence, the cause, the next step and a place in the guide.

Anything else that is raised is a bug and gets a redacted report instead.
"""

from typing import ClassVar

from otternauts_desktop.core.words import marked, tr


class KnownError(Exception):
    """Something that goes wrong in the world, not in the program.

    `title` is the one clear sentence, `detail` the cause as far as it is known (remote text is
    made safe by the caller), `next_step` what the person can do now, `anchor` the heading in
    docs/guide/troubleshooting.md. A class has its texts `marked`; an error has them said.
    """

    title: str = marked("Something went wrong.")
    next_step_default: ClassVar[str] = ""
    anchor: ClassVar[str] = ""

    def __init__(self, *, detail: str = "", next_step: str = "") -> None:
        self.title = tr(self.title)
        self.detail = detail
        self.next_step = next_step or tr(self.next_step_default)
        super().__init__(self.text())

    def text(self) -> str:
        """Sentence, cause and next step in one paragraph, for a terminal or a log."""
        return " ".join(part for part in (self.title, self.detail, self.next_step) if part)


# -- names and input -------------------------------------------------------------------------


class BadName(KnownError):
    title = marked("That name can't be used.")
    anchor = "bad-name"


class ValueUnusable(KnownError):
    title = marked("That value can't be used.")
    anchor = "value-unusable"


class FileUnreadable(KnownError):
    title = marked("The file can't be read.")
    next_step_default = marked("Check the path and its permissions.")
    anchor = "file-unreadable"


class FileUnwritable(KnownError):
    title = marked("The file can't be written.")
    next_step_default = marked("Save it under another name or in another folder.")
    anchor = "file-unwritable"


class FlightPlanInvalid(KnownError):
    """The Compose file can't be used; `detail` carries line and column."""

    title = marked("Configuration error: the flight plan can't be read.")
    next_step_default = marked("Correct the file at the line named and try again.")
    anchor = "invalid-flight-plan"

    def __init__(
        self, *, detail: str = "", next_step: str = "", line: int = 0, column: int = 0
    ) -> None:
        self.line = line
        """1-based line, 0 where the error belongs to the whole file."""
        self.column = column
        super().__init__(detail=detail, next_step=next_step)


class FlightPlanTooLarge(FlightPlanInvalid):
    title = marked("The flight plan is too large or too deeply nested to be a Compose file.")
    next_step_default = marked(
        "A flight plan has at most 1 MiB; check that this is the right file."
    )
    anchor = "flight-plan-too-large"


class VariablesMissing(FlightPlanInvalid):
    title = marked("The flight plan uses variables that have no value.")
    next_step_default = marked("Give each a value (--set, --env-file, or Variables) or a default.")
    anchor = "variables-missing"


# -- reaching an outpost ---------------------------------------------------------------------


class OutpostError(KnownError):
    """An outpost can't be used as it is."""


class OutpostUnreachable(OutpostError):
    title = marked("The otternauts couldn't reach the outpost.")
    next_step_default = marked("Check the host name, that the server is on, and your network.")
    anchor = "outpost-unreachable"


class UnknownHost(OutpostUnreachable):
    title = marked("There is no host of that name.")
    next_step_default = marked("Check the host name for typing errors, or use the IP address.")
    anchor = "unknown-host"


class ConnectionRefused(OutpostUnreachable):
    title = marked("Cannot connect to server.")
    next_step_default = marked(
        "Check that SSH is running on that port and the firewall allows connections."
    )
    anchor = "connection-refused"


class AuthenticationFailed(OutpostError):
    title = marked("Authentication failed.")
    next_step_default = marked("Verify that the user name and private key are correct.")
    anchor = "authentication-failed"


class KeyUnusable(OutpostError):
    title = marked("The private key can't be used.")
    anchor = "key-unusable"


class PassphraseNeeded(KeyUnusable):
    title = marked("The private key needs its passphrase.")
    next_step_default = marked("Give the passphrase of the key, or use the ssh-agent.")
    anchor = "passphrase-needed"

    def __init__(self, *, detail: str = "", next_step: str = "", key: str = "") -> None:
        self.key = key
        """Whose: the path of a file or the name of a kept key; "" for one that was just given."""
        super().__init__(detail=detail, next_step=next_step)


class HostKeyUnknown(OutpostError):
    """First contact: the person has to confirm the fingerprint before anything else."""

    title = marked("This server's fingerprint has not been confirmed yet.")
    next_step_default = marked(
        "Compare it with what the server's own console shows, then confirm it."
    )
    anchor = "host-key-unknown"

    def __init__(
        self, *, fingerprint: str, host_key: str, detail: str = "", next_step: str = ""
    ) -> None:
        self.fingerprint = fingerprint
        """`SHA256:...` as `ssh-keygen -l` prints it."""
        self.host_key = host_key
        """Public key in OpenSSH format: `ssh-ed25519 AAAA...`."""
        said = detail or tr("It is {fingerprint}.", fingerprint=fingerprint)
        super().__init__(detail=said, next_step=next_step)


class HostKeyChanged(OutpostError):
    title = marked("Server fingerprint has changed! This could indicate a security issue.")
    next_step_default = marked(
        "If you reinstalled the server, compare the fingerprints and trust the new one."
    )
    anchor = "host-key-changed"


class LinkLost(OutpostError):
    title = marked("The connection to the outpost was lost.")
    next_step_default = marked(
        "It is being re-established; nothing is assumed about what was under way."
    )
    anchor = "link-lost"


class TooManyChannels(OutpostError):
    title = marked("The outpost allows no more channels on its connection.")
    next_step_default = marked(
        "Close some of the open streams, or raise MaxSessions in its sshd_config."
    )
    anchor = "too-many-channels"


class AlreadyAdded(OutpostError):
    title = marked("This server is already one of your outposts.")
    anchor = "already-added"


class AnotherServer(OutpostError):
    title = marked("That is another server.")
    next_step_default = marked("Check the address, or add it as an outpost of its own.")
    anchor = "another-server"


class PreflightFailed(OutpostError):
    title = marked("The server is not ready to become an outpost.")
    anchor = "preflight-failed"


class DockerInstallFailed(OutpostError):
    title = marked("Docker installation failed.")
    next_step_default = marked("Its log says why. Mend that, and resume the job.")
    anchor = "docker-install-failed"


class SwarmInitFailed(OutpostError):
    title = marked("Swarm initialization failed.")
    next_step_default = marked("Mend what Docker said, and resume the job.")
    anchor = "swarm-init-failed"


class SwarmJoinFailed(OutpostError):
    title = marked("Could not join swarm.")
    next_step_default = marked(
        "Check that ports 2377, 7946, 4789/udp are open between servers, and resume the job."
    )
    anchor = "swarm-join-failed"


# -- Docker on an outpost --------------------------------------------------------------------


class DockerMissing(OutpostError):
    title = marked("Docker is not installed on this outpost.")
    next_step_default = marked("Install it: curl -fsSL https://get.docker.com | sh")
    anchor = "docker-missing"


class DockerNotRunning(OutpostError):
    title = marked("Docker is installed but does not answer.")
    next_step_default = marked("Start it on the server: sudo systemctl start docker")
    anchor = "docker-not-running"


class DockerForbidden(OutpostError):
    title = marked("This user may not talk to Docker.")
    next_step_default = marked(
        "Allow it with `sudo usermod -aG docker USER` and connect anew, or give the user "
        "passwordless sudo in /etc/sudoers.d/otternauts. Either makes it root on that server."
    )
    anchor = "docker-forbidden"


class DockerTooOld(OutpostError):
    title = marked("Docker on this outpost is too old.")
    next_step_default = marked("Upgrade to Docker 24 or newer.")
    anchor = "docker-too-old"


class NotASwarmManager(OutpostError):
    title = marked("This outpost is not a swarm manager.")
    anchor = "not-a-manager"


class ManagesAnotherSwarm(OutpostError):
    title = marked("The server manages a swarm that is not known here yet.")
    next_step_default = marked(
        "Take that swarm over as it is, or set the server up for another one: then it leaves "
        "its own, and what runs there ends."
    )
    anchor = "manages-another-swarm"


class SwarmWithoutLeader(OutpostError):
    title = marked("The swarm has no leader.")
    next_step_default = marked(
        "Too few managers are online. Bring more than half of them back; running "
        "containers go on meanwhile."
    )
    anchor = "no-leader"


class ClusterUnreachable(KnownError):
    title = marked("No manager of this cluster can be reached.")
    anchor = "cluster-unreachable"


class EngineRefused(KnownError):
    """The Engine API answered with an error that has no sentence of its own."""

    title = marked("Docker refused the request.")
    anchor = "engine-refused"

    def __init__(self, *, status: int, detail: str) -> None:
        self.status = status
        super().__init__(detail=detail)


# -- launches --------------------------------------------------------------------------------


class OutcomeUnknown(KnownError):
    """The link died under a command: it may or may not have had its effect."""

    title = marked("It is not known whether the last command took effect.")
    next_step_default = marked("Otternauts looks at the cluster again before it says anything.")
    anchor = "outcome-unknown"


class LaunchRefused(KnownError):
    title = marked("Docker did not accept the flight plan.")
    anchor = "launch-refused"


class RemovalFailed(KnownError):
    title = marked("Not everything could be removed.")
    next_step_default = marked("Look at what is left and try again; removing twice does no harm.")
    anchor = "removal-failed"


class NothingToRollBack(KnownError):
    title = marked("Docker knows no former state of this service.")
    next_step_default = marked("Return the whole fleet to a version of its history.")
    anchor = "nothing-to-roll-back"


class RollbackFailed(KnownError):
    title = marked("The service was not rolled back.")
    next_step_default = marked("Look at its tasks; or return the fleet to a version.")
    anchor = "rollback-failed"


class RegistryRefused(KnownError):
    title = marked("The registry refused the login.")
    next_step_default = marked("Check the user and the password or token. Nothing was kept.")
    anchor = "registry-refused"


class RegistryUnreachable(KnownError):
    title = marked("The registry can't be reached from the cluster.")
    next_step_default = marked("Check its address; or keep the login unchecked.")
    anchor = "registry-unreachable"


class LaunchUnderWay(KnownError):
    title = marked("A launch of this fleet is already under way.")
    next_step_default = marked("Wait until it has ended.")
    anchor = "launch-under-way"


class FleetLocked(LaunchUnderWay):
    """Somebody else launches it; `detail` says who and since when."""

    next_step_default = marked(
        "Wait until it has ended. Where you know that it never will, break its lock: "
        "Fleet, Break launch lock, or `otternauts fleet unlock NAME`."
    )


# -- ingress ---------------------------------------------------------------------------------


class IngressSettingsUnusable(KnownError):
    title = marked("The ingress can't be set up like that.")
    anchor = "ingress-settings-unusable"


class IngressFailed(KnownError):
    title = marked("Ingress deployment failed.")
    next_step_default = marked("Look at the cause, mend it, and resume the job.")
    anchor = "ingress-failed"


class IngressThere(KnownError):
    title = marked("A Traefik that was not launched from here runs on this cluster.")
    anchor = "ingress-there"


class CertificatesUnusable(KnownError):
    title = marked("Traefik's certificates can't be read or written.")
    anchor = "certificates-unusable"


class DomainElsewhere(KnownError):
    """`domain` is not served by this cluster, as far as DNS says."""

    title = marked("Cannot obtain a certificate: DNS does not resolve to a cluster node.")
    next_step_default = marked("Check the domain's A and AAAA records.")
    anchor = "domain-elsewhere"


class ChallengeFailed(KnownError):
    title = marked("Cannot obtain a certificate: HTTP challenge failed.")
    next_step_default = marked(
        "Ensure port 80 is accessible from the internet; check the firewall."
    )
    anchor = "challenge-failed"


class CertificateLimit(KnownError):
    title = marked("Let's Encrypt rate limit reached.")
    next_step_default = marked("Wait until then, or use its staging authority for testing.")
    anchor = "certificate-limit"


class CertificateRefused(KnownError):
    """Whatever else the authority says; its own words are the detail."""

    title = marked("Cannot obtain a certificate: the authority refused it.")
    next_step_default = marked("Mend what it names; Traefik asks again by itself.")
    anchor = "certificate-refused"


class EvacuationStuck(KnownError):
    title = marked("A vessel could not move to another outpost.")
    next_step_default = marked(
        "It goes on running where it was. Mend the cause and resume the job, "
        "or bring the outpost back."
    )
    anchor = "evacuation-stuck"


class PortTaken(KnownError):
    title = marked("That port of this machine is taken.")
    anchor = "port-taken"


class PortUnreachable(KnownError):
    title = marked("Nothing answers on that port.")
    next_step_default = marked(
        "Look at what it listens on: only on 127.0.0.1 inside its container is not enough."
    )
    anchor = "port-unreachable"


class ForwardingForbidden(KnownError):
    title = marked("The server does not forward connections.")
    next_step_default = marked("Set AllowTcpForwarding yes in its sshd_config, and reload sshd.")
    anchor = "forwarding-forbidden"


class CleaningUnfinished(KnownError):
    title = marked("Not all outposts could be cleaned.")
    next_step_default = marked("Mend the cause and resume the job: it goes on with those outposts.")
    anchor = "cleaning-unfinished"


# -- an outpost's part in its swarm ----------------------------------------------------------


class LastManager(KnownError):
    title = marked("A swarm can't be without a manager.")
    next_step_default = marked(
        "Promote another outpost first. To give the swarm up, run `docker swarm leave --force` "
        "on the server."
    )
    anchor = "last-manager"


class QuorumEndangered(KnownError):
    title = marked("The swarm would lose its quorum: nothing could be changed any more.")
    next_step_default = marked(
        "Bring the others back. If they are gone for good, "
        "`docker swarm init --force-new-cluster` on one that is left goes on without them."
    )
    anchor = "quorum-endangered"


class OnlyWayIn(KnownError):
    title = marked("It is the only manager online that Otternauts logs in to.")
    next_step_default = marked(
        "Log in to another manager first (`otternauts outpost add`), or promote an outpost."
    )
    anchor = "only-way-in"


class OutpostOffline(KnownError):
    title = marked("The outpost does not answer the swarm.")
    next_step_default = marked(
        "Bring it back first: a manager that is offline counts against the quorum."
    )
    anchor = "outpost-offline"


class CannotLeave(KnownError):
    title = marked("The server can't be made to leave the swarm.")
    anchor = "cannot-leave"


class StillRunning(KnownError):
    title = marked("A server that runs is not removed by force: it would go on as it is.")
    next_step_default = marked(
        "Remove it without force: it then leaves the swarm. Or switch it off first."
    )
    anchor = "still-running"


class StepUnsettled(KnownError):
    title = marked("A step was done, but its effect is not seen.")
    next_step_default = marked("Look at the log of the job, then resume it: it looks again first.")
    anchor = "step-unsettled"


class JobNotFound(KnownError):
    title = marked("There is no such job.")
    next_step_default = marked("`otternauts jobs list` shows those there are.")
    anchor = "job-not-found"


class NotNow(KnownError):
    """A job is in a state in which what was asked for makes no sense."""

    title = marked("That can't be done with this job now.")
    next_step_default = marked("`otternauts jobs show ID` says how it stands.")
    anchor = "not-now"


class NothingFound(KnownError):
    """A name that was given does not exist."""

    title = marked("Not found.")
    anchor = "not-found"


class NoFigures(KnownError):
    """A server did not answer what its kernel counts."""

    title = marked("This outpost does not tell what it uses.")
    next_step_default = marked("See what the command says there: it is in the command log.")
    anchor = "no-figures"
