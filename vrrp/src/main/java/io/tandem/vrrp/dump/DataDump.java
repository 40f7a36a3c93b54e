// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.dump;

import io.tandem.config.model.MailConfig;
import io.tandem.config.model.Notify;
import io.tandem.config.model.Notify.Moment;
import io.tandem.config.model.NotifyFifo;
import io.tandem.config.model.Script;
import io.tandem.config.model.SyncGroupConfig;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Again;
import io.tandem.config.model.VirtualRouterConfig.Manners;
import io.tandem.config.model.VirtualRouterConfig.PeerTtl;
import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import io.tandem.config.model.VirtualRouterConfig.Tracks;
import io.tandem.config.text.IpLiteral;
import io.tandem.vrrp.router.RouterStatus.Leader;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * keepalived.data: what {@code SIGUSR1} has keepalived 2.2 write, as far as Tandem has it. The password is left out.
 */
public final class DataDump {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("EEE MMM d HH:mm:ss", Locale.ENGLISH);

    private final Snapshot snapshot;
    private final StringBuilder text = new StringBuilder(8192);

    private DataDump(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    public static String of(Snapshot snapshot) {
        DataDump dump = new DataDump(snapshot);
        dump.globals();
        dump.routers();
        dump.groups();
        dump.tracked();
        return dump.text.toString();
    }

    private void line(int indent, String content) {
        text.append(" ".repeat(indent)).append(content).append('\n');
    }

    private void globals() {
        line(0, "------< Global definitions >------");
        String namespace = snapshot.config().globals().host().namespace();
        line(1, "Network namespace = " + (namespace == null ? "(default)" : namespace));
        String id = snapshot.config().globals().routerId();
        line(1, "Router ID = " + (id == null ? snapshot.hostName() : id));
        MailConfig mail = snapshot.config().globals().mail();
        if (mail != null) {
            line(1, "Smtp server = " + mail.server());
            line(1, "Smtp server port = " + mail.port());
            line(1, "Smtp HELO name = " + mail.helo());
            line(1, "Smtp server connection timeout = " + mail.timeout().toSeconds());
            line(1, "Email notification from = " + mail.from());
            line(1, "Email notification to:");
            mail.to().forEach(to -> line(3, to));
        }
        for (NotifyFifo fifo : snapshot.config().globals().fifos()) {
            line(1, "VRRP notify fifo = " + fifo.path());
            Script reader = fifo.reader();
            if (reader != null) {
                line(1, "VRRP notify fifo script = " + Lines.command(reader));
            }
        }
    }

    private void routers() {
        line(0, "------< VRRP Topology >------");
        for (Snapshot.Pair router : snapshot.pairs()) {
            standing(router);
            settings(router);
            addresses(router);
            tracks(snapshot.ownTracks(router.config()));
            notifies(router.config().scripts(), true);
        }
    }

    private void standing(Snapshot.Pair router) {
        VirtualRouterConfig config = router.config();
        String state = router.status().state().keepalivedName();
        line(1, "VRRP Instance = " + config.name());
        line(3, "VRRP Version = " + config.version());
        if (isIpv6(config)) {
            line(3, "Using Native IPv6");
        }
        if (config.syncGroup() != null) {
            line(3, "Sync group = " + config.syncGroup());
        }
        line(3, "State = " + state);
        Leader leader = router.status().leader();
        if (leader != null) {
            line(3, "Master router = " + IpLiteral.text(leader.address()));
            line(3, "Master priority = " + leader.priority());
            if (config.version() == 3) {
                line(3, String.format(Locale.ROOT, "Master advert int = %.2f sec", leader.intervalNs() / 1e9));
            }
        }
        boolean plain = config.unicastPeers().isEmpty() && config.preempt();
        line(3, plain ? "Flags: none" : "Flags:");
        if (!config.unicastPeers().isEmpty()) {
            line(5, "Using unicast");
        }
        line(3, "Wantstate = " + state);
        Instant since = Lines.lastTransition(router, snapshot.now());
        line(3, "Last transition = " + Lines.seconds(since) + " (" + time(since) + ")");
        line(3, "Interface = " + Lines.device(config));
        if (!config.tuning().manners().minding()) {
            line(3, "VRRP interface tracking disabled");
        }
    }

    private static boolean isIpv6(VirtualRouterConfig config) {
        return config.addresses().stream().anyMatch(address -> !(address.address() instanceof Inet4Address));
    }

    /** {@code Sun Nov 22 03:24:45.822379 2026}. */
    private static String time(Instant time) {
        var local = time.atZone(ZoneId.systemDefault());
        return TIME.format(local)
                + String.format(Locale.ROOT, ".%06d %d", time.get(ChronoField.MICRO_OF_SECOND), local.getYear());
    }

    private void settings(Snapshot.Pair router) {
        VirtualRouterConfig config = router.config();
        if (config.unicastSource() != null) {
            line(3, "Using src_ip = " + IpLiteral.text(config.unicastSource()) + " (from configuration)");
        }
        if (config.unicastPeers().isEmpty()) {
            String group = config.multicastGroup() != null
                    ? IpLiteral.text(config.multicastGroup())
                    : isIpv6(config) ? "ff02::12" : "224.0.0.18";
            line(3, "Multicast address " + group);
        }
        line(3, "Gratuitous ARP delay = " + config.announce().delay().toSeconds());
        line(3, "Gratuitous ARP repeat = " + config.announce().repeat());
        line(3, "Gratuitous ARP refresh = " + config.announce().refresh().toSeconds());
        line(3, "Gratuitous ARP refresh repeat = " + config.announce().refreshRepeat());
        Again again = Lines.again(config);
        line(3, "Gratuitous ARP lower priority delay = " + again.delay().toSeconds());
        line(3, "Gratuitous ARP lower priority repeat = " + again.repeat());
        line(3, "Down timer adverts = " + config.tuning().downAdverts());
        line(
                3,
                "Send advert after receive lower priority advert = "
                        + config.tuning().answerLowerPriority());
        Manners manners = config.tuning().manners();
        line(3, "Send advert after receive higher priority advert = " + manners.answersHigher());
        line(3, "Virtual Router ID = " + config.vrid());
        line(3, "Priority = " + config.priority());
        line(3, "Effective priority = " + router.status().priority());
        Duration interval = config.advertInterval();
        line(
                3,
                "Advert interval = "
                        + (config.version() == 2 ? interval.toSeconds() + " sec" : interval.toMillis() + " milli-sec"));
        Leader leader = router.status().leader();
        if (config.version() == 3 && leader != null) {
            line(3, "Master advert interval = " + leader.intervalNs() / 1_000_000 + " milli-sec");
        }
        line(3, "Accept = " + (manners.accepts() ? "enabled" : "disabled"));
        line(3, "Preempt = " + (config.preempt() ? "enabled" : "disabled"));
        if (!config.preemptDelay().isZero()) {
            line(3, "Preempt delay = " + Lines.decimal(config.preemptDelay().toNanos()) + " secs");
        }
        if (config.password() != null) {
            line(3, "Authentication type = SIMPLE_PASSWORD");
        } else if (config.version() == 2) {
            line(3, "Authentication type = none");
        }
    }

    private void addresses(Snapshot.Pair router) {
        VirtualRouterConfig config = router.config();
        if (!config.addresses().isEmpty()) {
            line(3, "Virtual IP (" + config.addresses().size() + "):");
            addresses(config.addresses(), router);
        }
        if (!config.excludedAddresses().isEmpty()) {
            line(3, "Virtual IP Excluded :");
            addresses(config.excludedAddresses(), router);
        }
        if (!config.unicastPeers().isEmpty()) {
            if (config.tuning().manners().unicastTtl() != Manners.USUAL.unicastTtl()) {
                line(3, "Unicast TTL = " + config.tuning().manners().unicastTtl());
            }
            line(3, "Check unicast src : " + (checksSource(config) ? "yes" : "no"));
            line(3, "Unicast Peer :");
            config.unicastPeers().forEach(peer -> line(5, IpLiteral.text(peer) + hops(peer, config)));
        }
        if (!config.routes().isEmpty()) {
            line(3, "Virtual Routes :");
            config.routes().forEach(route -> line(5, Lines.route(route)));
        }
        if (!config.rules().isEmpty()) {
            line(3, "Virtual Rules :");
            config.rules().forEach(rule -> line(5, Lines.rule(rule)));
        }
    }

    /** A range of hops is one of peers. */
    private static boolean checksSource(VirtualRouterConfig config) {
        return config.tuning().checkUnicastSource()
                || !config.admission().peerTtls().isEmpty();
    }

    private static String hops(InetAddress peer, VirtualRouterConfig config) {
        PeerTtl range = config.admission().peerTtls().stream()
                .filter(each -> each.peer().equals(peer))
                .findFirst()
                .orElse(new PeerTtl(peer, 0, 255));
        return " min_ttl " + range.min() + " max_ttl " + range.max();
    }

    private void addresses(List<VirtualAddress> addresses, Snapshot.Pair router) {
        addresses.forEach(address -> line(5, Lines.address(address, router)));
    }

    private void tracks(Tracks tracks) {
        list(
                "Tracked interfaces :",
                tracks.interfaces().stream()
                        .map(each -> each.name() + " weight " + weight(each.weight(), each.reverse()))
                        .toList());
        list(
                "Tracked scripts :",
                tracks.scripts().stream()
                        .map(each -> each.name() + " weight " + weight(each.weight(), each.reverse()))
                        .toList());
        list(
                "Tracked files :",
                tracks.files().stream()
                        .map(each -> each.name() + ", weight " + weight(each.weight(), each.reverse()))
                        .toList());
        list(
                "Tracked processes :",
                tracks.processes().stream()
                        .map(each -> each.name() + ", weight " + weight(each.weight(), each.reverse()))
                        .toList());
    }

    private static String weight(int weight, boolean reverse) {
        return weight + (reverse ? " reverse" : "");
    }

    private void list(String title, List<String> content) {
        if (!content.isEmpty()) {
            line(3, title);
            content.forEach(each -> line(5, each));
        }
    }

    private void notifies(Notify notify, boolean instance) {
        line(3, "Using smtp notification = " + (notify.mails() ? "yes" : "no"));
        if (instance) {
            line(3, "Notify deleted = " + (notify.tellsDeleted() ? "Deleted" : "Fault"));
        }
        script("Backup", notify.scripts().get(Moment.BACKUP));
        script("Master", notify.scripts().get(Moment.MASTER));
        script("Fault", notify.scripts().get(Moment.FAULT));
        script("Stop", notify.scripts().get(Moment.STOP));
        script("Generic", notify.any());
        if (instance) {
            line(3, "Notify priority changes = " + notify.tellsPriorities());
        }
    }

    private void script(String kind, @Nullable Script script) {
        if (script != null) {
            line(3, kind + " state transition script = " + Lines.command(script));
        }
    }

    private void groups() {
        if (snapshot.config().groups().isEmpty()) {
            return;
        }
        line(0, "------< VRRP Sync groups >------");
        for (SyncGroupConfig group : snapshot.config().groups()) {
            line(
                    1,
                    "VRRP Sync Group = " + group.name() + ", "
                            + snapshot.stateOf(group).keepalivedName());
            list("VRRP member instances :", group.members());
            tracks(group.tracks());
            notifies(group.told(), false);
        }
    }

    private void tracked() {
        Map<String, TrackScript> scripts = new LinkedHashMap<>();
        Map<String, TrackFile> files = new LinkedHashMap<>();
        Map<String, TrackProcess> processes = new LinkedHashMap<>();
        for (VirtualRouterConfig config : snapshot.config().routers()) {
            config.tracks().scripts().forEach(each -> scripts.putIfAbsent(each.name(), each));
            config.tracks().files().forEach(each -> files.putIfAbsent(each.name(), each));
            config.tracks().processes().forEach(each -> processes.putIfAbsent(each.name(), each));
        }
        title("VRRP Scripts", scripts);
        scripts.values().forEach(script -> {
            line(1, "VRRP Script = " + script.name());
            line(3, "Command = " + Lines.command(new Script(script.command(), null, null)));
            line(3, "Interval = " + Lines.decimal(script.interval().toNanos()) + " sec");
            line(3, "Timeout = " + Lines.decimal(script.timeout().toNanos()) + " sec");
            line(3, "Weight = " + weight(script.weight(), script.reverse()));
            line(3, "Rise = " + script.rise());
            line(3, "Fall = " + script.fall());
        });
        title("VRRP Track files", files);
        files.values().forEach(file -> {
            line(1, "Track file = " + file.name());
            line(3, "File = " + file.file());
            line(3, "Weight = " + weight(file.weight(), file.reverse()));
        });
        title("VRRP Track processes", processes);
        processes.values().forEach(process -> {
            line(1, "VRRP Track process = " + process.name());
            line(3, "Process = " + process.process().stream().collect(Collectors.joining(" ")));
            line(3, "Min processes = " + process.quorum());
        });
    }

    private void title(String title, Map<String, ?> content) {
        if (!content.isEmpty()) {
            line(0, "------< " + title + " >------");
        }
    }
}
