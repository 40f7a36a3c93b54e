// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VrrpGlobals.LinkDelay;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** The keywords of the top level. */
final class TopLevel {
    private static final List<String> NAMED = List.of(
            "vrrp_script", "track_file", "vrrp_track_file", "vrrp_track_process", "bfd_instance", "virtual_server");

    private final Findings findings;
    private final Values values;
    private final Predicate<String> hasInterface;

    TopLevel(Findings findings, Predicate<String> hasInterface) {
        this.findings = findings;
        this.values = new Values(findings);
        this.hasInterface = hasInterface;
    }

    /** How many words a block of that keyword begins with, at least. */
    static int wordsOf(String keyword) {
        return NAMED.contains(keyword) ? 2 : 1;
    }

    Keywords<ConfReader> keywords() {
        Keywords<ConfReader> keywords = new Keywords<ConfReader>(findings)
                .silent("global_defs")
                .on("vrrp_instance", (conf, s) -> conf.readInstance(s))
                .on("vrrp_sync_group", (conf, s) -> conf.readGroup(s));
        for (String named : List.of("vrrp_script", "track_file", "vrrp_track_file", "vrrp_track_process")) {
            keywords.onParameter(named, (conf, s) -> {}); // read before
        }
        keywords.onParameter("virtual_server", (conf, s) -> noBalancing(s))
                .onParameter("virtual_server_group", (conf, s) -> noBalancing(s))
                .on(
                        "SSL",
                        (conf, s) -> findings.notice(
                                s.origin(), "'SSL' is left out: haproxy.cfg says how servers are checked"))
                .onParameter(
                        "bfd_instance",
                        (conf, s) -> findings.noEffect(
                                s.origin(), "bfd_instance " + s.parameter(1), "BFD is not supported by this version"))
                .on("garp_group", (conf, s) -> conf.paces().read(s))
                .on("static_ipaddress", (conf, s) -> conf.statics().readAddresses(s))
                .on("static_routes", (conf, s) -> conf.statics().readRoutes(s))
                .on("static_rules", (conf, s) -> conf.statics().readRules(s))
                .on("linkbeat_interfaces", (conf, s) -> linkbeat(s))
                .on("track_group", (conf, s) -> trackGroup(conf, s))
                .on("interface_up_down_delays", this::delays)
                .noEffect("the kernel tells of every link change", "linkbeat_use_polling")
                .noEffect(
                        "its guardian has a process and a directory of its own", "use_pid_dir", "namespace_with_ipsets")
                .onParameter("child_wait_time", (conf, s) -> {
                    if (values.integer(s, 1, 0, Integer.MAX_VALUE) == null) {
                        findings.error(s.origin(), "Invalid child_wait_time " + s.parameter(1));
                    } else {
                        findings.noEffect(s.origin(), s.keyword(), "it waits for its processes by itself");
                    }
                })
                .onParameter(
                        "instance",
                        (conf, s) -> findings.noEffect(
                                s.origin(), "instance", "its guardian's run directory tells nodes of one host apart"))
                .noEffect("it balances in haproxy.cfg", "net_namespace_ipvs")
                .silent("net_namespace"); // read before
        return keywords;
    }

    private void noBalancing(Statement s) {
        findings.notice(
                s.origin(), "'" + s.keyword() + " " + s.parameter(1) + "' is left out: Tandem balances in haproxy.cfg");
    }

    private void linkbeat(Statement s) {
        for (Statement line : s.body()) {
            if (!hasInterface.test(line.keyword())) {
                findings.error(
                        line.origin(), "unknown interface " + line.keyword() + " specified for linkbeat interface");
            } else if (line.parameters() > 0
                    && !List.of("MII", "ETHTOOL", "IOCTL").contains(line.parameter(1))) {
                findings.error(line.origin(), "extra characters " + line.parameter(1) + " in linkbeat interface");
            }
        }
        findings.noEffect(s.origin(), "linkbeat_interfaces", "the kernel tells of every link change");
    }

    private void trackGroup(ConfReader conf, Statement s) {
        if (s.parameters() == 0) {
            findings.error(s.origin(), "track_group must have a name - skipping");
            return;
        }
        conf.nameTrackGroup(s.parameter(1));
        findings.noEffect(
                s.origin(),
                "track_group",
                "static addresses and routes that go are put back, so nobody steps down for them");
        for (Statement line : s.body()) {
            if (!line.keyword().equals("group")) {
                findings.error(line.origin(), "Unknown keyword '" + line.keyword() + "'");
            }
        }
    }

    private void delays(ConfReader conf, Statement s) {
        for (Statement line : s.body()) {
            if (!hasInterface.test(line.keyword())) {
                findings.error(line.origin(), "unknown interface " + line.keyword() + " specified for up/down delay");
                continue;
            }
            Duration down = line.parameters() == 0 ? null : values.seconds(line, 1, "0", "255");
            if (down == null) {
                continue;
            }
            Duration up = line.parameters() == 1 ? down : values.seconds(line, 2, "0", "255");
            conf.delayLink(new LinkDelay(line.keyword(), down, up == null ? Duration.ZERO : up));
        }
    }
}
