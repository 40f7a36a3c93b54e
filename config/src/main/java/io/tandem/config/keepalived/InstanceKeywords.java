// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualAddress;
import io.tandem.config.model.VirtualRouterConfig.PeerTtl;
import io.tandem.config.model.VirtualRule;
import io.tandem.config.text.IpLiteral;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;

/** The keywords of {@code vrrp_instance}. */
final class InstanceKeywords {
    private static final int PASSWORD_LENGTH = 8;

    private final Findings findings;
    private final Values values;
    private final KeepalivedHost host;
    private final TrackKeywords tracks;
    private final NotifyKeywords notifies;
    private final RuleReader rules;
    private final Keywords<InstanceDraft> authentication;

    InstanceKeywords(
            Findings findings, KeepalivedHost host, TrackKeywords tracks, NotifyKeywords notifies, RuleReader rules) {
        this.findings = findings;
        this.rules = rules;
        this.values = new Values(findings);
        this.host = host;
        this.tracks = tracks;
        this.notifies = notifies;
        this.authentication = new Keywords<InstanceDraft>(findings)
                .onParameter("auth_type", this::authType)
                .onParameter("auth_pass", this::authPass);
    }

    Keywords<InstanceDraft> all() {
        Keywords<InstanceDraft> keywords = new Keywords<>(findings);
        router(keywords);
        network(keywords);
        manners(keywords);
        tracks.declare(keywords);
        notifies.declare(keywords, "instance");
        notifies.declareForInstance(keywords);
        without(keywords);
        return keywords;
    }

    private void router(Keywords<InstanceDraft> keywords) {
        keywords.onParameter("state", this::state)
                .onParameter("interface", this::interfaceName)
                .onParameter("virtual_router_id", (draft, s) -> {
                    Integer vrid = values.integer(s, 1, 1, 255);
                    if (vrid == null) {
                        findings.error(
                                s.origin(),
                                "(" + draft.name + "): VRID '" + s.parameter(1)
                                        + "' not valid - must be between 1 & 255");
                    } else {
                        draft.vrid = vrid;
                    }
                })
                .onParameter("priority", (draft, s) -> {
                    draft.priority = values.integer(s, 1, 1, 255);
                    if (draft.priority == null) {
                        draft.priority = 100;
                        findings.error(
                                s.origin(),
                                "(" + draft.name + ") Priority not valid! must be between 1 & 255. Using default 100");
                    }
                })
                .onParameter("version", (draft, s) -> {
                    draft.version = values.signed(s, 1, 2, 3);
                    if (draft.version == null) {
                        findings.error(s.origin(), "(" + draft.name + "): Version must be either 2 or 3");
                    }
                })
                .onParameter("advert_int", (draft, s) -> {
                    Duration interval = values.seconds(s, 1, "0.01", "255");
                    if (interval == null) {
                        findings.error(
                                s.origin(),
                                "(" + draft.name + ") Advert interval (" + s.parameter(1)
                                        + ") not valid! Must be > 0 - ignoring");
                    } else {
                        draft.advertInterval = interval;
                    }
                })
                .block("authentication", (draft, s) -> authentication.apply(draft, s.body()))
                .on("auth_hmac", (draft, s) -> draft.hmac = s);
    }

    private void network(Keywords<InstanceDraft> keywords) {
        AddressReader reader = new AddressReader(findings, host);
        new OwnInterfaceKeywords(findings).addTo(keywords);
        keywords.block("virtual_ipaddress", (draft, s) -> s.body().forEach(line -> addAddress(draft, line, reader)))
                .block("virtual_ipaddress_excluded", (draft, s) -> s.body().forEach(line -> {
                    VirtualAddress address = reader.read(line);
                    if (address != null) {
                        draft.excludedAddresses.add(address);
                    }
                }))
                .block("virtual_routes", (draft, s) -> draft.routeLines.addAll(s.body()))
                .block("virtual_rules", (draft, s) -> s.body().forEach(line -> {
                    VirtualRule rule = rules.read(line);
                    if (rule != null) {
                        draft.rules.add(rule);
                    }
                }))
                .onParameter("unicast_src_ip", (draft, s) -> {
                    draft.unicastKeyword = true;
                    source(draft, s);
                })
                .onParameter("mcast_src_ip", this::source)
                .onParameter("unicast_ttl", (draft, s) -> {
                    draft.unicastTtl = values.integer(s, 1, 0, 255);
                    if (draft.unicastTtl == null) {
                        findings.error(
                                s.origin(),
                                "(" + draft.name + "): TTL '" + s.parameter(1)
                                        + "' not valid - must be between 0 & 255");
                    }
                })
                .on("unicast_fault_no_peer", (draft, s) -> draft.faultWithoutPeer = true)
                .onParameter("vrf", this::vrf)
                .block("unicast_peer", (draft, s) -> {
                    draft.unicastKeyword = true;
                    s.body().forEach(line -> addPeer(draft, line));
                })
                .onParameter("mcast_dst_ip", (draft, s) -> {
                    InetAddress group = IpLiteral.parse(s.parameter(1));
                    String complaint = group == null
                            ? "malformed mcast dest address " + s.parameter(1) + ". Skipping..."
                            : !group.isMulticastAddress()
                                    ? "mcast_dst_ip " + s.parameter(1) + " not multicast. Skipping..."
                                    : null;
                    if (complaint != null) {
                        findings.error(s.origin(), "(" + draft.name + ") " + complaint);
                    } else {
                        draft.multicastGroup = group;
                        draft.multicastOrigin = s.origin();
                    }
                });
    }

    private void manners(Keywords<InstanceDraft> keywords) {
        keywords.on("nopreempt", (draft, s) -> draft.preempt = false)
                .on("preempt", (draft, s) -> draft.preempt = true)
                .onParameter("preempt_delay", (draft, s) -> {
                    Duration delay = values.seconds(s, 1, "0", "1000");
                    if (delay == null) {
                        findings.error(
                                s.origin(), "(" + draft.name + ") Preempt_delay not valid! must be between 0-1000");
                    } else {
                        draft.preemptDelay = delay;
                    }
                })
                .onParameter("down_timer_adverts", (draft, s) -> {
                    Integer adverts = values.integer(s, 1, 1, 100);
                    if (adverts == null) {
                        findings.error(
                                s.origin(),
                                "(" + draft.name + "): Invalid down_timer_adverts [1:100] '" + s.parameter(1) + "'");
                    } else {
                        draft.downAdverts = adverts;
                    }
                })
                .on(
                        "lower_prio_no_advert",
                        (draft, s) -> draft.answerLowerPriority =
                                !values.bool(s, !draft.answerLowerPriority, invalid(draft, s)))
                .on("check_unicast_src", (draft, s) -> {
                    draft.checkUnicastSource = true;
                    draft.unicastKeyword = true;
                })
                .on("accept", (draft, s) -> draft.accepts = true)
                .on("no_accept", (draft, s) -> draft.accepts = false)
                .on("dont_track_primary", (draft, s) -> draft.minding = false)
                .on(
                        "higher_prio_send_advert",
                        (draft, s) -> draft.answersHigher = values.bool(s, draft.answersHigher, invalid(draft, s)))
                .on(
                        "owner_ignore_adverts",
                        (draft, s) -> draft.ownerIgnores = values.bool(s, draft.ownerIgnores, invalid(draft, s)))
                .on("strict_mode", (draft, s) -> draft.strict = values.bool(s, draft.strict, invalid(draft, s)))
                .on("v3_checksum_as_v2", (draft, s) -> draft.rfcChecksum = values.bool(s, false));
        new AnnounceKeywords(values).declare(keywords, "", draft -> draft.announce, draft -> "(" + draft.name + "): ");
    }

    private void without(Keywords<InstanceDraft> keywords) {
        // A source address that is missing is a fault in any case.
        keywords.silent("track_src_ip")
                .on("native_ipv6", (draft, s) -> draft.nativeIpv6 = s.origin())
                .on("skip_check_adv_addr", (draft, s) -> {
                    values.bool(s, false, invalid(draft, s));
                    findings.noEffect(
                            s.origin(),
                            s.keyword(),
                            "it compares the addresses of every advert, which costs nothing that shows");
                })
                .on(
                        "lvs_sync_daemon_interface",
                        (draft, s) -> findings.error(
                                s.origin(),
                                "(" + draft.name
                                        + ") Specifying lvs_sync_daemon_interface against a vrrp is deprecated."
                                        + "\n       Please use global lvs_sync_daemon"))
                .onParameter("debug", (draft, s) -> {
                    if (values.integer(s, 1, 0, 4) == null) {
                        findings.error(
                                s.origin(),
                                "(" + draft.name + ") Debug value '" + s.parameter(1)
                                        + "' not valid; must be between 0-4");
                    }
                })
                .on(
                        "linkbeat_use_polling",
                        (draft, s) -> findings.error(
                                s.origin(),
                                "(" + draft.name + ") 'linkbeat_use_polling' in vrrp instance deprecated - use"
                                        + " linkbeat_interfaces block"))
                .noEffect("an address that goes with another is put back at once", "promote_secondaries")
                .noEffect("its receive buffer is sized for the longest burst", "kernel_rx_buf_size")
                .noEffect("the checksum of old unicast peers was a fault of keepalived 1.3.6", "old_unicast_checksum")
                .noEffect(
                        "a router that notices its own lateness gives way in any case",
                        "timer_expired_backup",
                        "thread_timer_expired")
                .on("no_virtual_ipaddress", (draft, s) -> draft.withoutAddresses = s);
    }

    private static String invalid(InstanceDraft draft, Statement s) {
        return "(" + draft.name + ") invalid " + s.keyword() + " " + s.parameter(1) + " specified";
    }

    private void state(InstanceDraft draft, Statement s) {
        String state = s.parameter(1);
        draft.startAsMaster = "MASTER".equals(state);
        if (!draft.startAsMaster && !"BACKUP".equals(state)) {
            findings.error(s.origin(), "(" + draft.name + ") unknown state '" + state + "', defaulting to BACKUP");
        }
    }

    private void interfaceName(InstanceDraft draft, Statement s) {
        if ("lo".equals(s.parameter(1))) {
            findings.error(s.origin(), "(" + draft.name + ") cannot use a loopback interface (lo) for vrrp - ignoring");
        } else {
            draft.interfaceName = s.parameter(1);
            if (!host.hasInterface().test(s.parameter(1))) {
                findings.missingInterface(
                        s.origin(),
                        "WARNING - interface " + s.parameter(1) + " for vrrp_instance " + draft.name
                                + " doesn't exist");
            }
        }
    }

    private void source(InstanceDraft draft, Statement s) {
        draft.unicastSource = IpLiteral.parse(s.parameter(1));
        if (draft.unicastSource == null) {
            findings.error(
                    s.origin(),
                    "Configuration error: VRRP instance[" + draft.name + "] malformed src address[" + s.parameter(1)
                            + "]. Skipping...");
        }
    }

    private void vrf(InstanceDraft draft, Statement s) {
        if (draft.interfaceName != null) {
            findings.error(s.origin(), "(" + draft.name + ") Cannot specify VRF interface and interface - ignoring");
            return;
        }
        draft.vrf = s;
        if (!host.hasInterface().test(s.parameter(1))) {
            findings.missingInterface(
                    s.origin(), "(" + draft.name + ") WARNING - VRF interface " + s.parameter(1) + " doesn't exist");
        }
    }

    private void authType(InstanceDraft draft, Statement s) {
        switch (s.parameter(1)) {
            case "PASS" -> draft.authType = "PASS";
            case "AH" -> {
                draft.authenticationHeader = true;
                findings.unsupported(s.origin(), "auth_type AH");
            }
            default ->
                findings.error(s.origin(), "(" + draft.name + ") unknown authentication type '" + s.parameter(1) + "'");
        }
    }

    private void authPass(InstanceDraft draft, Statement s) {
        String password = s.parameter(1);
        if (password.length() > PASSWORD_LENGTH) {
            findings.error(s.origin(), "Truncating auth_pass to 8 characters");
            password = password.substring(0, PASSWORD_LENGTH);
        }
        draft.password = password;
    }

    private void addAddress(InstanceDraft draft, Statement line, AddressReader reader) {
        VirtualAddress address = reader.read(line);
        if (address == null) {
            return;
        }
        AddressFamily family = AddressFamily.of(address.address());
        if (draft.family != null && draft.family != family) {
            findings.error(
                    line.origin(),
                    "(" + draft.name + "): address family must match VRRP instance [" + line.keyword()
                            + "] - ignoring");
        } else {
            draft.family = family;
            draft.addresses.add(address);
        }
    }

    private void addPeer(InstanceDraft draft, Statement line) {
        InetAddress peer = IpLiteral.parse(line.keyword());
        if (peer == null) {
            findings.error(
                    line.origin(),
                    "Configuration error: VRRP instance[" + draft.name + "] malformed unicast peer address["
                            + line.keyword() + "]. Skipping...");
            return;
        }
        PeerTtl range = new PeerTtlReader(findings).read(draft.name, peer, line);
        if (range != null) {
            draft.peerTtls.add(range);
        }
        if (draft.unicastPeers.stream()
                .anyMatch(other -> other instanceof Inet4Address != peer instanceof Inet4Address)) {
            findings.error(
                    line.origin(),
                    "Configuration error: VRRP instance[" + draft.name + "] and unicast peer address[" + line.keyword()
                            + "] MUST be of the same family !!! Skipping...");
        } else if (!draft.unicastPeers.contains(peer)) {
            draft.unicastPeers.add(peer);
        }
    }
}
