// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.keepalived.KeepalivedHost.Network;
import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.AdvertHmac;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRoute;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.Admission;
import io.tandem.config.model.VirtualRouterConfig.Manners;
import io.tandem.config.model.VirtualRouterConfig.TrackInterface;
import io.tandem.config.model.VirtualRouterConfig.Tuning;
import io.tandem.config.model.VirtualRouterConfigBuilder;
import io.tandem.config.text.IpLiteral;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Weighs the lines of a {@code vrrp_instance} together, in keepalived's words. */
final class InstanceReader {
    private static final int OWNER_PRIORITY = 255;
    private static final int MOST_ADDRESSES = 255;
    private static final int USUAL_MTU = 1500;
    private static final int ETHERNET_HEADER = 14;
    private static final int VRRP_HEADER = 8;
    private static final int VRRP_AUTHENTICATION = 8;
    private static final Duration LONGEST_V3 = Duration.ofMillis(40_950);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration CENTISECOND = Duration.ofMillis(10);

    private final Findings findings;
    private final Globals globals;
    private final KeepalivedHost host;
    private final PaceReader paces;

    InstanceReader(Findings findings, Globals globals, KeepalivedHost host, PaceReader paces) {
        this.paces = paces;
        this.findings = findings;
        this.globals = globals;
        this.host = host;
    }

    /** The virtual router, or null with an alert where it cannot run. */
    @Nullable VirtualRouterConfig finish(InstanceDraft draft) {
        String tag = "(" + draft.name + ") ";
        if (draft.vrid == 0) {
            findings.broken(draft.origin, tag + "the virtual router id must be set", "virtual_router_id 51");
            return null;
        }
        if (draft.interfaceName == null && draft.vrf != null) {
            findings.unsupported(draft.vrf.origin(), "vrf");
            findings.hint(
                    draft.vrf.origin(),
                    tag + "unicast advertisements leave by the interface that has the source address",
                    "interface NAME, one that belongs to " + draft.vrf.parameter(1));
            return null;
        }
        if (draft.interfaceName == null) {
            findings.broken(draft.origin, tag + "Unknown interface!", "interface eth0");
            return null;
        }
        if (draft.strict) {
            applyStrictMode(draft, tag);
        }
        if (draft.authenticationHeader && draft.startAsMaster) {
            findings.error(
                    draft.origin, tag + "Initial state master is incompatible with AH authentication - clearing");
        }
        if (draft.unicastKeyword && draft.unicastPeers.isEmpty() && draft.faultWithoutPeer) {
            // keepalived says nothing and has the instance in FAULT for good.
            findings.unsupported(draft.origin, "unicast_fault_no_peer without unicast peers in " + draft.name);
        } else if (draft.unicastKeyword && draft.unicastPeers.isEmpty()) {
            findings.error(
                    draft.origin,
                    tag + "A unicast keyword has been specified without any unicast peers. Defaulting to multicast."
                            + " This usage is deprecated - please update your configuration.");
        }
        AddressFamily family = family(draft);
        if (draft.nativeIpv6 != null && family == AddressFamily.INET) {
            findings.error(draft.nativeIpv6, tag + "Cannot specify native_ipv6 with IPv4 addresses");
        }
        InetAddress given = draft.multicastGroup;
        if (given != null && given instanceof Inet4Address != (family == AddressFamily.INET)) {
            findings.error(
                    draft.multicastOrigin,
                    tag + "mcast dest address " + IpLiteral.text(given)
                            + " MUST match VRRP instance family. Skipping...");
            draft.multicastGroup = null;
        }
        int version = version(draft, family, tag);
        String password = password(draft, version, tag);
        int priority = priority(draft);
        boolean preempt = preempt(draft, priority, tag);
        if (!draft.preemptDelay.isZero() && draft.startAsMaster) {
            findings.error(
                    draft.origin,
                    tag + "Warning - preempt delay will not work with initial state MASTER - clearing",
                    "state BACKUP");
            draft.preemptDelay = Duration.ZERO;
        }
        Duration interval = interval(draft, version, tag);
        Statement without = draft.withoutAddresses;
        if (without != null && !draft.addresses.isEmpty()) {
            findings.noEffect(without.origin(), without.keyword(), draft.name + " has addresses");
        } else if (without != null) {
            findings.unsupported(without.origin(), without.keyword());
        } else if (draft.addresses.isEmpty()) {
            // keepalived 2.2 runs such an instance in version 2; an advertisement without an address is none (RFC 3768
            // 5.3)
            if (version == 2) {
                findings.broken(
                        draft.origin,
                        tag + "No VIP specified; at least one is sensible",
                        "virtual_ipaddress { ADDRESS }");
            } else {
                findings.broken(
                        draft.origin,
                        tag + "No VIP specified; at least one is required",
                        "virtual_ipaddress { ADDRESS }");
            }
        }
        if (priority == OWNER_PRIORITY) {
            dropWeights(draft, tag);
        }
        fitIntoPacket(draft, family, version, tag);
        hintAtNetworks(draft, tag);
        InetAddress group = draft.multicastGroup;
        if (group == null) {
            group = family == AddressFamily.INET ? globals.multicastGroup4 : globals.multicastGroup6;
        }
        return new VirtualRouterConfigBuilder(draft.name, draft.interfaceName, draft.vrid)
                .version(version)
                .family(family)
                .startAsMaster(draft.startAsMaster)
                .priority(priority)
                .advertInterval(interval)
                .password(password)
                .addresses(draft.addresses)
                .excludedAddresses(draft.excludedAddresses)
                .routes(routes(draft))
                .rules(draft.rules)
                .ownInterface(new OwnInterfaceKeywords(findings).finish(draft, family, tag))
                .preempt(preempt)
                .preemptDelay(draft.preemptDelay)
                .unicastSource(draft.unicastSource)
                .unicastPeers(draft.unicastPeers)
                .multicastGroup(group)
                .rfcChecksum(draft.rfcChecksum)
                .tuning(new Tuning(
                        draft.downAdverts,
                        draft.answerLowerPriority,
                        draft.checkUnicastSource,
                        manners(draft, version, priority, tag)))
                .admission(new Admission(hmac(draft, password, interval, tag), draft.peerTtls, false))
                .syncGroup(draft.syncGroup)
                .announce(draft.announce.finish(paces.of(draft.interfaceName, globals.pace())))
                .tracks(draft.tracks.tracks())
                .scripts(draft.notifying.notify(globals))
                .build();
    }

    private Manners manners(InstanceDraft draft, int version, int priority, String tag) {
        if (draft.unicastTtl != null && draft.unicastPeers.isEmpty()) {
            findings.error(draft.origin, tag.strip() + ": Cannot use unicast_ttl without unicast peers - resetting");
            draft.unicastTtl = null;
        }
        Boolean given = draft.accepts;
        if (draft.strict && given != null && given && version == 2) {
            findings.error(
                    draft.origin,
                    tag + "warning - accept mode for VRRP version 2 does not comply with RFC3768 - resetting");
            given = false;
        }
        boolean accepts = given == null ? !draft.strict : given;
        if (!accepts && priority != OWNER_PRIORITY) {
            findings.hint(
                    draft.origin,
                    tag + "packets to its addresses are dropped: what listens on them is not reached",
                    "accept, where this node is to serve them");
        }
        return new Manners(
                accepts,
                Objects.requireNonNullElse(draft.unicastTtl, Manners.USUAL.unicastTtl()),
                draft.minding,
                draft.answersHigher,
                draft.ownerIgnores,
                draft.strict);
    }

    /** An advertisement is not to be fragmented: what does not fit in moves with the rest, unadvertised. */
    private void fitIntoPacket(InstanceDraft draft, AddressFamily family, int version, String tag) {
        boolean four = family == AddressFamily.INET;
        int headers = ETHERNET_HEADER + (four ? 20 : 40) + VRRP_HEADER + (version == 2 ? VRRP_AUTHENTICATION : 0);
        int most = Math.min(MOST_ADDRESSES, (mtu(draft.interfaceName) - headers) / (four ? 4 : 16));
        int count = draft.addresses.size();
        if (count > most) {
            findings.error(
                    draft.origin,
                    tag + "Number of VIPs (" + count + ") exceeds maximum/space available in packet (max " + most
                            + " addresses) - excess moved to eVIPs");
            List<VirtualAddress> excess = draft.addresses.subList(most, count);
            draft.excludedAddresses.addAll(0, excess);
            excess.clear();
        }
    }

    private static int mtu(@Nullable String interfaceName) {
        try {
            NetworkInterface found = interfaceName == null ? null : NetworkInterface.getByName(interfaceName);
            return found == null ? USUAL_MTU : found.getMTU();
        } catch (SocketException e) {
            return USUAL_MTU;
        }
    }

    private List<VirtualRoute> routes(InstanceDraft draft) {
        RouteReader reader = new RouteReader(findings);
        List<VirtualRoute> routes = new ArrayList<>();
        for (Statement line : draft.routeLines) {
            VirtualRoute route = reader.read(line);
            if (route != null) {
                routes.add(route);
                route.hops().stream()
                        .map(VirtualRoute.Hop::interfaceName)
                        .filter(name -> name != null && !host.hasInterface().test(name))
                        .forEach(name -> findings.missingInterface(
                                line.origin(), "WARNING - interface " + name + " for VROUTE nexthop doesn't exist"));
            }
        }
        return routes;
    }

    /** Strict mode changes what is on the wire: with it, keepalived sends and expects no password. */
    private void applyStrictMode(InstanceDraft draft, String tag) {
        if (draft.startAsMaster && priority(draft) != OWNER_PRIORITY) {
            findings.error(draft.origin, tag + "State MASTER must match being address owner");
            draft.startAsMaster = false;
        }
        if (draft.authType != null) {
            findings.error(draft.origin, tag + "Strict mode does not support authentication. Ignoring.");
            draft.authType = null;
        }
        if (!draft.preemptDelay.isZero()) {
            findings.error(draft.origin, tag + "preempt_delay is incompatible with strict mode - resetting");
            draft.preemptDelay = Duration.ZERO;
        }
        if (draft.answersHigher) {
            findings.error(draft.origin, tag + "strict mode requires higher_prio_send_advert to be clear. resetting");
            draft.answersHigher = false;
        }
        if (draft.own.advertiseByParent) {
            findings.error(draft.origin, tag + "xmit_base is incompatible with strict mode - resetting");
            draft.own.advertiseByParent = false;
        }
        draft.answerLowerPriority = false;
        draft.announce.againRepeat = 0;
        draft.announce.againDelay = Duration.ZERO;
    }

    /** The first address decides; without any, the peers or the source do. */
    private static AddressFamily family(InstanceDraft draft) {
        if (draft.family != null) {
            return draft.family;
        }
        InetAddress hint = draft.unicastPeers.isEmpty() ? draft.unicastSource : draft.unicastPeers.get(0);
        return hint == null ? AddressFamily.INET : AddressFamily.of(hint);
    }

    private int version(InstanceDraft draft, AddressFamily family, String tag) {
        if (family == AddressFamily.INET) {
            return draft.version == null ? globals.version : draft.version;
        }
        if (draft.version != null && draft.version == 2) {
            findings.error(draft.origin, tag + "IPv6 uses version 3: setting version 3");
        }
        return 3;
    }

    private @Nullable String password(InstanceDraft draft, int version, String tag) {
        if (draft.authType == null) {
            return null;
        }
        if (version == 3) {
            findings.error(draft.origin, tag + "VRRP version 3 does not support authentication. Ignoring.");
            return null;
        }
        if (draft.password == null || draft.password.isEmpty()) {
            findings.error(draft.origin, tag + "Authentication specified but no password given. Ignoring");
            return null;
        }
        return draft.password;
    }

    private @Nullable AdvertHmac hmac(InstanceDraft draft, @Nullable String password, Duration interval, String tag) {
        if (draft.hmac == null) {
            return null;
        }
        if (password != null) {
            findings.broken(
                    draft.hmac.origin(), tag + "auth_hmac and authentication exclude each other", "remove one of them");
        }
        return new HmacReader(findings).read(draft.hmac, draft.name, interval);
    }

    /** As measured on 2.2.7: {@code state MASTER} without a priority advertises 255. */
    private static int priority(InstanceDraft draft) {
        if (draft.priority != null) {
            return draft.priority;
        }
        return draft.startAsMaster ? OWNER_PRIORITY : 100;
    }

    private boolean preempt(InstanceDraft draft, int priority, String tag) {
        if (!draft.preempt && priority == OWNER_PRIORITY) {
            findings.error(draft.origin, tag + "nopreempt is incompatible with priority 255. resetting nopreempt");
            return true;
        }
        if (!draft.preempt && draft.startAsMaster) {
            findings.error(
                    draft.origin,
                    tag + "Warning - nopreempt will not work with initial state MASTER - clearing",
                    "state BACKUP, on every node, with nopreempt");
            return true;
        }
        return draft.preempt;
    }

    private Duration interval(InstanceDraft draft, int version, String tag) {
        Duration interval = draft.advertInterval;
        if (version == 3 && interval.compareTo(LONGEST_V3) > 0) {
            findings.error(
                    draft.origin,
                    tag
                            + String.format(
                                    Locale.ROOT,
                                    "VRRPv3 advertisement interval %.2fs is out of range. Must be less than 40.96s."
                                            + " Setting to 40.95s",
                                    interval.toNanos() / 1e9));
            return LONGEST_V3;
        }
        Duration unit = version == 2 ? SECOND : CENTISECOND;
        if (interval.toNanos() % unit.toNanos() == 0) {
            return interval;
        }
        if (version == 2) {
            findings.error(
                    draft.origin,
                    tag
                            + String.format(
                                    Locale.ROOT,
                                    "VRRPv2 advertisement interval %.6fs must be an integer. rounding",
                                    interval.toNanos() / 1e9));
        }
        long units = (interval.toNanos() + unit.toNanos() / 2) / unit.toNanos();
        return unit.multipliedBy(Math.max(1, units));
    }

    /** An owner's priority stays. */
    private void dropWeights(InstanceDraft draft, String tag) {
        draft.tracks.scripts.removeIf(script -> {
            if (script.weight() != 0) {
                findings.error(
                        draft.origin,
                        tag + "ignoring tracked script " + script.name() + " with weights due to address_owner");
            }
            return script.weight() != 0;
        });
        draft.tracks.interfaces.replaceAll(tracked -> {
            if (tracked.weight() != 0) {
                findings.error(
                        draft.origin,
                        tag + "ignoring " + tracked.name() + " tracked interface weight due to address_owner");
            }
            return new TrackInterface(tracked.name(), 0, tracked.reverse());
        });
        draft.tracks.files.removeIf(file -> file.weight() != 0);
        draft.tracks.processes.removeIf(process -> process.weight() != 0);
    }

    /** keepalived is silent where nobody on the interface's networks could reach an address. */
    private void hintAtNetworks(InstanceDraft draft, String tag) {
        for (VirtualAddress address : draft.addresses) {
            String name = address.interfaceName() == null ? draft.interfaceName : address.interfaceName();
            List<Network> networks = name == null
                    ? List.of()
                    : host.networks().apply(name).stream()
                            .filter(network -> network.address().getAddress().length
                                            == address.address().getAddress().length
                                    && !network.address().isLinkLocalAddress())
                            .toList();
            boolean outside = !networks.isEmpty()
                    && !address.address().isLinkLocalAddress()
                    && networks.stream().noneMatch(network -> network.holds(address.address()));
            if (outside) {
                findings.hint(
                        draft.origin,
                        tag + address.address().getHostAddress() + " is on none of the networks of " + name
                                + ": only routers that have a route to it will find it",
                        null);
            }
        }
    }
}
