// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One virtual router (keepalived's {@code vrrp_instance}).
 *
 * @param name the instance's name, for logs, scripts and metrics
 * @param interfaceName where advertisements are sent and received
 * @param vrid 1..255
 * @param version 2 or 3; IPv6 is always 3
 * @param family of the advertised addresses
 * @param startAsMaster keepalived's {@code state MASTER}; Tandem still listens first unless the priority is 255
 * @param priority 1..255; 255 owns the addresses
 * @param advertInterval 10 ms..40.95 s in version 3, whole seconds 1..255 in version 2
 * @param password version 2's PASS, at most 8 bytes of ASCII, or null for no authentication; never logged
 * @param addresses the advertised addresses, at least one
 * @param excludedAddresses moved along but not advertised
 * @param routes moved along with the addresses
 * @param rules routing rules moved along with the addresses
 * @param ownInterface the macvlan or ipvlan that carries the addresses, or null
 * @param preempt whether a higher priority takes over from a lower one
 * @param preemptDelay 0..1000 s
 * @param unicastSource own address for unicast, or null
 * @param unicastPeers empty for multicast
 * @param multicastGroup destination of multicast, or null for 224.0.0.18 and ff02::12
 * @param rfcChecksum whether version 3 over IPv4 is sent with RFC 9568's checksum (no pseudo-header); keepalived 2.2
 *     understands only the other
 * @param tuning what few configurations change
 * @param admission what is asked of advertisements besides
 * @param syncGroup name of the {@code vrrp_sync_group} this router moves with, or null
 * @param announce gratuitous ARP and neighbour advertisements
 * @param tracks what changes the priority or faults the router
 * @param scripts run on transitions
 */
public record VirtualRouterConfig(
        String name,
        String interfaceName,
        int vrid,
        int version,
        AddressFamily family,
        boolean startAsMaster,
        int priority,
        Duration advertInterval,
        @Nullable String password,
        List<VirtualAddress> addresses,
        List<VirtualAddress> excludedAddresses,
        List<VirtualRoute> routes,
        List<VirtualRule> rules,
        @Nullable OwnInterface ownInterface,
        boolean preempt,
        Duration preemptDelay,
        @Nullable InetAddress unicastSource,
        List<InetAddress> unicastPeers,
        @Nullable InetAddress multicastGroup,
        boolean rfcChecksum,
        Tuning tuning,
        Admission admission,
        @Nullable String syncGroup,
        Announce announce,
        Tracks tracks,
        Notify scripts) {
    private static final int OWNER_PRIORITY = 255;

    public VirtualRouterConfig {
        addresses = List.copyOf(addresses);
        excludedAddresses = List.copyOf(excludedAddresses);
        routes = List.copyOf(routes);
        rules = List.copyOf(rules);
        unicastPeers = List.copyOf(unicastPeers);
    }

    /**
     * Whether packets, addresses and announcements of two are the same: then only what decides about them, and who is told,
     * is different.
     */
    public boolean isSameOnTheWire(VirtualRouterConfig other) {
        return wire().equals(other.wire());
    }

    private List<Object> wire() {
        return Arrays.asList(
                interfaceName,
                vrid,
                version,
                family,
                advertInterval,
                password,
                addresses,
                excludedAddresses,
                routes,
                rules,
                ownInterface,
                unicastSource,
                unicastPeers,
                multicastGroup,
                rfcChecksum,
                tuning,
                admission,
                announce);
    }

    /** Never holds the password. */
    @Override
    public String toString() {
        return "VirtualRouterConfig[name=" + name + ", interface=" + interfaceName + ", vrid=" + vrid + ", version="
                + version + ", priority=" + priority + "]";
    }

    /**
     * Timing and manners that few configurations change.
     *
     * @param downAdverts missed advertisements until a Backup takes over, 1..100; keepalived's {@code down_timer_adverts}
     * @param answerLowerPriority whether an Active router answers a lower advertisement with one of its own and
     *     announces its addresses again (RFC 9568); off with keepalived's {@code lower_prio_no_advert}
     * @param checkUnicastSource whether unicast advertisements must come from one of the peers
     * @param manners what fewer still change
     */
    public record Tuning(int downAdverts, boolean answerLowerPriority, boolean checkUnicastSource, Manners manners) {
        public static final Tuning DEFAULT = new Tuning(3, true, false);

        /** With the usual manners. */
        public Tuning(int downAdverts, boolean answerLowerPriority, boolean checkUnicastSource) {
            this(downAdverts, answerLowerPriority, checkUnicastSource, Manners.USUAL);
        }
    }

    /**
     * Where a router departs from what nearly all do.
     *
     * @param accepts whether packets to its addresses are received by this host, where it is not their owner; else a packet
     *     filter drops them, and the addresses serve for routing alone ({@code no_accept})
     * @param unicastTtl TTL or hop limit of unicast advertisements, 0..255; 0 leaves it to the kernel
     * @param minding whether its interface faults it while that is down; off with {@code dont_track_primary}
     * @param answersHigher whether an Active router that hears a higher priority says a last word before it yields, so that
     *     the other announces its addresses again ({@code higher_prio_send_advert})
     * @param ownerIgnores whether an owner that is Active heeds no advertisements at all ({@code owner_ignore_adverts})
     * @param strict whether {@code vrrp_strict} has made it what it is; only shown
     */
    public record Manners(
            boolean accepts,
            int unicastTtl,
            boolean minding,
            boolean answersHigher,
            boolean ownerIgnores,
            boolean strict) {
        /** As keepalived without a word of it. */
        public static final Manners USUAL = new Manners(true, 255, true, false, false, false);
    }

    /** Whether packets to its addresses are dropped: an owner takes them in any case. */
    public boolean dropsPackets() {
        return !tuning.manners().accepts() && priority != OWNER_PRIORITY;
    }

    /**
     * What an advertisement must have before it is believed.
     *
     * @param hmac how it is signed, or null where it is not
     * @param peerTtls of unicast peers: the TTL or hop limit that their advertisements must arrive with
     * @param refuseStrangers whether only routers are believed that a liveness link has vouched for since the start
     */
    public record Admission(@Nullable AdvertHmac hmac, List<PeerTtl> peerTtls, boolean refuseStrangers) {
        public static final Admission PLAIN = new Admission(null, List.of(), false);

        public Admission {
            peerTtls = List.copyOf(peerTtls);
        }
    }

    /**
     * The range that a unicast peer's TTL must be in ({@code min_ttl}, {@code max_ttl}).
     *
     * @param min 0..255
     * @param max 0..255
     */
    public record PeerTtl(InetAddress peer, int min, int max) {}

    /**
     * How a taken-over address is announced.
     *
     * @param repeat messages in each block, keepalived's {@code garp_master_repeat}
     * @param delay from the first block to the second; zero: no second block
     * @param refresh period of repeated announcements; zero: none
     * @param refreshRepeat messages in each refresh
     * @param again when a router of lower priority was heard ({@code garp_lower_prio_*}); null: as at a takeover
     * @param pace how fast messages may follow each other on an interface
     * @param elsewhere period of announcements on interfaces that no advertisements leave by; zero: none
     * @param everywhere whether {@code elsewhere} is for every such interface, not only for macvlans of the router's own
     */
    public record Announce(
            int repeat,
            Duration delay,
            Duration refresh,
            int refreshRepeat,
            @Nullable Again again,
            Pace pace,
            Duration elsewhere,
            boolean everywhere) {
        /** keepalived's defaults: 5 messages, 5 more after 5 s, no refresh. */
        public static final Announce DEFAULT = new Announce(5, Duration.ofSeconds(5), Duration.ZERO, 1);

        /** One whose other settings are keepalived's defaults. */
        public Announce(int repeat, Duration delay, Duration refresh, int refreshRepeat) {
            this(repeat, delay, refresh, refreshRepeat, null, Pace.FREE, Duration.ZERO, false);
        }
    }

    /**
     * Blocks of announcements after a router of lower priority was heard.
     *
     * @param repeat messages in each block
     * @param delay from the first block to the second; zero: no second block
     */
    public record Again(int repeat, Duration delay) {}

    /**
     * How fast announcements may follow each other.
     *
     * @param arp between two gratuitous ARPs; zero: at once
     * @param neighbor between two neighbour advertisements; zero: at once
     * @param group routers with the same name share the pace; null: those of the same interface do
     */
    public record Pace(Duration arp, Duration neighbor, @Nullable String group) {
        public static final Pace FREE = new Pace(Duration.ZERO, Duration.ZERO, null);
    }

    /**
     * What the priority depends on.
     *
     * @param interfaces tracked besides {@code interfaceName}
     * @param scripts tracked scripts
     * @param files tracked files
     * @param processes tracked programs
     */
    public record Tracks(
            List<TrackInterface> interfaces,
            List<TrackScript> scripts,
            List<TrackFile> files,
            List<TrackProcess> processes) {
        public static final Tracks NONE = new Tracks(List.of(), List.of(), List.of());

        /** Without processes. */
        public Tracks(List<TrackInterface> interfaces, List<TrackScript> scripts, List<TrackFile> files) {
            this(interfaces, scripts, files, List.of());
        }

        public Tracks {
            interfaces = List.copyOf(interfaces);
            scripts = List.copyOf(scripts);
            files = List.copyOf(files);
            processes = List.copyOf(processes);
        }

        /** Whether any of them moves the priority, rather than faulting the router. */
        public boolean hasWeights() {
            return scripts.stream().anyMatch(script -> script.weight() != 0)
                    || interfaces.stream().anyMatch(tracked -> tracked.weight() != 0)
                    || files.stream().anyMatch(file -> file.weight() != 0)
                    || processes.stream().anyMatch(process -> process.weight() != 0);
        }
    }

    /**
     * An interface to track.
     *
     * @param weight −253..253; 0 faults the router when it goes down
     * @param reverse whether up counts as down, and down as up
     */
    public record TrackInterface(String name, int weight, boolean reverse) {}

    /**
     * A file whose number moves the priority ({@code track_file}).
     *
     * @param weight −254..254, times the number in the file; below −253 that faults the router. 0: any number but 0 does
     * @param reverse whether the product counts negative; with weight 0, whether 0 is the fault
     * @param initial written into it at the start where it does not exist, or null
     * @param overwrite whether {@code initial} replaces what it holds
     */
    public record TrackFile(
            String name, Path file, int weight, boolean reverse, @Nullable Integer initial, boolean overwrite) {}

    /**
     * A script to run ({@code vrrp_script}).
     *
     * @param weight −253..253; 0 faults the router when the script fails
     * @param rise successes until up, at least 1
     * @param fall failures until down, at least 1
     */
    public record TrackScript(
            String name,
            List<String> command,
            Duration interval,
            Duration timeout,
            int weight,
            boolean reverse,
            int rise,
            int fall,
            boolean initFail,
            @Nullable String user,
            @Nullable String group) {
        public TrackScript {
            command = List.copyOf(command);
        }
    }

    /**
     * A program of which so many processes must run ({@code vrrp_track_process}).
     *
     * @param process its name and perhaps its parameters
     * @param match how {@code process} is compared
     * @param weight −254..254; 0 faults the router while the quorum is missing
     * @param reverse whether the quorum counts as missing, and the other way round
     * @param quorum the fewest, at least 1 unless {@code quorumMax} is 0
     * @param quorumMax the most
     * @param forkDelay from the moment the quorum is there until it counts
     * @param terminateDelay from the moment the quorum is lost until that counts
     */
    public record TrackProcess(
            String name,
            List<String> process,
            ProcessMatch match,
            int weight,
            boolean reverse,
            int quorum,
            int quorumMax,
            Duration forkDelay,
            Duration terminateDelay) {
        public TrackProcess {
            process = List.copyOf(process);
        }
    }

    /** How a process is recognised. */
    public enum ProcessMatch {
        /** By the name the kernel has for it (/proc/PID/comm), whatever its parameters. */
        NAME,
        /** By its whole command line. */
        COMMAND,
        /** By its name and the first parameters. */
        PARTIAL,
        /** As {@link #PARTIAL}, and the last of them may be longer. */
        INITIAL
    }
}
