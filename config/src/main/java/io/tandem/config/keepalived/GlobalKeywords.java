// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.text.IpLiteral;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The keywords of {@code global_defs}. */
final class GlobalKeywords {
    private static final String OWN_TABLE =
            "what no_accept drops stands in tables of its own, which end with the process";

    private final Findings findings;
    private final Values values;
    private final ScriptUsers users;

    GlobalKeywords(Findings findings, ScriptUsers users) {
        this.findings = findings;
        this.values = new Values(findings);
        this.users = users;
    }

    Keywords<Globals> all() {
        Keywords<Globals> keywords = new Keywords<>(findings);
        router(keywords);
        announcing(keywords);
        new GlobalOutlets(findings, users).declare(keywords);
        process(keywords);
        buffers(keywords);
        without(keywords);
        return keywords;
    }

    private void router(Keywords<Globals> keywords) {
        keywords.on("router_id", (globals, s) -> {
                    if (s.parameters() == 0) {
                        findings.error(s.origin(), "routerid name missing - ignoring");
                    } else {
                        globals.routerId = s.parameter(1);
                    }
                })
                .on("dynamic_interfaces", (globals, s) -> {
                    globals.dynamicInterfaces = true;
                    if (s.parameters() > 0 && !s.parameter(1).equals("allow_if_changes")) {
                        findings.error(s.origin(), "Unknown dynamic_interfaces option '" + s.parameter(1) + "'");
                    }
                })
                .on("default_interface", (globals, s) -> {
                    if (s.parameters() == 0) {
                        findings.error(s.origin(), "default_interface requires interface name");
                    } else {
                        globals.defaultInterface = s.parameter(1);
                    }
                })
                .onParameter("vrrp_version", (globals, s) -> {
                    Integer version = values.signed(s, 1, 2, 3);
                    if (version == null) {
                        findings.error(s.origin(), "VRRP Error: Version must be either 2 or 3");
                    } else {
                        globals.version = version;
                    }
                })
                .on("enable_script_security", (globals, s) -> globals.scriptSecurity = true)
                .onParameter("script_user", (globals, s) -> {
                    String group = s.parameters() > 1 ? s.parameter(2) : null;
                    if (users.exist(s.parameter(1), group)) {
                        globals.scriptUser = s.parameter(1);
                        globals.scriptGroup = group;
                    } else {
                        findings.error(s.origin(), "Error setting global script uid/gid");
                    }
                })
                .on(
                        "vrrp_lower_prio_no_advert",
                        (globals, s) ->
                                globals.answerLowerPriority = !values.bool(s, !globals.answerLowerPriority, invalid(s)))
                .on("vrrp_check_unicast_src", (globals, s) -> globals.checkUnicastSource = true)
                .noEffect(
                        "it compares the addresses of every advert, which costs nothing that shows",
                        "vrrp_skip_check_adv_addr")
                .on("vrrp_strict", (globals, s) -> globals.strict = true)
                .on("v3_checksum_as_v2", (globals, s) -> globals.rfcChecksum = values.bool(s, false))
                .onParameter("vrrp_down_timer_adverts", (globals, s) -> {
                    Integer adverts = values.integer(s, 1, 1, 100);
                    if (adverts == null) {
                        findings.error(s.origin(), "Invalid vrrp_down_timer_adverts [1:100] '" + s.parameter(1) + "'");
                    } else {
                        globals.downAdverts = adverts;
                    }
                })
                .onParameter("vrrp_mcast_group4", (globals, s) -> globals.multicastGroup4 = group(s, true))
                .onParameter("vrrp_mcast_group6", (globals, s) -> globals.multicastGroup6 = group(s, false));
    }

    private static String invalid(Statement s) {
        return "Invalid value for " + s.keyword() + " specified";
    }

    private @Nullable InetAddress group(Statement s, boolean v4) {
        InetAddress group = IpLiteral.parse(s.parameter(1));
        String what = s.keyword() + " [" + s.parameter(1) + "]";
        String complaint = group == null
                ? "Can't parse " + what + ". Skipping"
                : group instanceof Inet4Address != v4
                        ? what + " is not " + (v4 ? "IPv4" : "IPv6") + ". Skipping"
                        : group.isMulticastAddress() ? null : what + " is not multicast. Skipping";
        if (complaint != null) {
            findings.error(s.origin(), complaint);
            return null;
        }
        return group;
    }

    private void announcing(Keywords<Globals> keywords) {
        new AnnounceKeywords(values).declare(keywords, "vrrp_", globals -> globals.announce, globals -> "");
        keywords.onParameter("vrrp_garp_interval", (globals, s) -> {
                    Duration gap = gap(s);
                    globals.arpGap = gap == null ? globals.arpGap : gap;
                })
                .onParameter("vrrp_gna_interval", (globals, s) -> {
                    Duration gap = gap(s);
                    globals.neighborGap = gap == null ? globals.neighborGap : gap;
                })
                .on("vrrp_min_garp", (globals, s) -> {
                    if (values.bool(s, false, invalid(s))) {
                        globals.announce.repeat = 1;
                        globals.announce.delay = Duration.ZERO;
                    }
                });
    }

    private @Nullable Duration gap(Statement s) {
        Duration gap = values.seconds(s, 1, "0.000001", "4294.967295");
        if (gap == null) {
            findings.error(s.origin(), s.keyword() + " '" + s.parameter(1) + "' is invalid");
        }
        return gap;
    }

    /** Settings of keepalived's processes: checked, and of no effect on a guardian that has its own. */
    private void process(Keywords<Globals> keywords) {
        for (String name : new String[] {"vrrp", "checker", "bfd"}) {
            keywords.onParameter(name + "_priority", (globals, s) -> {
                        if (values.signed(s, 1, -20, 19) == null) {
                            findings.error(s.origin(), "Invalid " + name + " process priority specified");
                        }
                        ownProcess(s);
                    })
                    .onParameter(name + "_rt_priority", (globals, s) -> {
                        realTimePriority(name, s);
                        ownProcess(s);
                    })
                    .onParameter(name + "_cpu_affinity", (globals, s) -> {
                        for (int i = 1; i <= s.parameters(); i++) {
                            int last = Runtime.getRuntime().availableProcessors() - 1;
                            if (values.integer(s, i, 0, last) == null) {
                                String id = s.parameter(i).matches("\\d+") ? s.parameter(i) : "0";
                                findings.error(
                                        s.origin(), "Invalid cpu_id:" + id + " specified for " + name + " process");
                            }
                        }
                        ownProcess(s);
                    })
                    .onParameter(name + "_rlimit_rttime", (globals, s) -> ownProcess(s))
                    .onParameter(name + "_rlimit_rtime", (globals, s) -> ownProcess(s)) // an old name
                    .on(name + "_no_swap", (globals, s) -> ownProcess(s))
                    .onParameter(name + "_process_name", (globals, s) -> ownProcess(s));
        }
        keywords.onParameter("process_name", (globals, s) -> ownProcess(s))
                .on("process_names", (globals, s) -> ownProcess(s))
                .on("max_auto_priority", (globals, s) -> {
                    if (s.parameters() > 0 && values.signed(s, 1, -1, 99) == null) {
                        findings.error(
                                s.origin(),
                                "max_auto_priority '" + s.parameter(1)
                                        + "' must be in [0, 99] (or -1 to disable) - ignoring");
                    }
                    ownProcess(s);
                })
                .on("min_auto_priority_delay", (globals, s) -> {
                    if (s.parameters() == 0) {
                        findings.error(s.origin(), "min_auto_priority_delay requires delay time");
                    } else if (values.integer(s, 1, 1, 10_000_000) == null) {
                        findings.error(
                                s.origin(),
                                "min_auto_priority_delay '" + s.parameter(1) + "' must be in [1, 10000000] - ignoring");
                    }
                    ownProcess(s);
                })
                .onParameter("umask", (globals, s) -> umask(s))
                .onParameter("random_seed", (globals, s) -> {
                    if (values.integer(s, 1, 0, Integer.MAX_VALUE) == null) {
                        findings.error(s.origin(), "random_seed " + s.parameter(1) + " invalid");
                    } else {
                        findings.noEffect(s.origin(), s.keyword(), "nothing in it is drawn by that seed");
                    }
                });
    }

    private void ownProcess(Statement s) {
        findings.noEffect(s.origin(), s.keyword(), "its guardian has a process, priority and memory of its own");
    }

    private void realTimePriority(String name, Statement s) {
        Integer priority = values.signed(s, 1, Integer.MIN_VALUE, Integer.MAX_VALUE);
        if (priority == null) {
            findings.error(s.origin(), name + " process real-time priority '" + s.parameter(1) + "' invalid");
        } else if (priority < 1 || priority > 99) {
            boolean low = priority < 1;
            findings.error(
                    s.origin(),
                    name + " process real-time priority " + s.parameter(1)
                            + (low
                                    ? " less than minimum 1 - setting" + " to minimum"
                                    : " greater than maximum 99 - setting to maximum"));
        }
    }

    private void umask(Statement s) {
        for (String bit : s.parameter(1).split("\\|", -1)) {
            String name = bit.strip();
            if (name.matches("I[RWX](USR|GRP|OTH)|0[0-7]{0,4}|0x[0-9a-fA-F]{1,3}|[1-9]\\d{0,2}")) {
                continue;
            }
            findings.error(
                    s.origin(),
                    name.startsWith("I") ? "Unknown umask bit " + name : "invalid umask value " + s.parameter(1));
        }
        findings.noEffect(s.origin(), s.keyword(), "its files are for its own user alone");
    }

    private void buffers(Keywords<Globals> keywords) {
        String[] sizes = {
            "vrrp_netlink_cmd_rcv_bufs",
            "vrrp_netlink_monitor_rcv_bufs",
            "process_monitor_rcv_bufs",
            "lvs_netlink_cmd_rcv_bufs",
            "lvs_netlink_monitor_rcv_bufs"
        };
        for (String size : sizes) {
            keywords.onParameter(size, (globals, s) -> {
                        if (values.integer(s, 1, 0, Integer.MAX_VALUE) == null) {
                            findings.error(s.origin(), size + " size (" + s.parameter(1) + ") invalid");
                        }
                        ownBuffers(s);
                    })
                    .on(size + "_force", (globals, s) -> {
                        checked(s);
                        ownBuffers(s);
                    });
        }
        keywords.onParameter("vrrp_rx_bufs_policy", (globals, s) -> {
                    String policy = s.parameter(1);
                    if (!policy.equals("MTU")
                            && !policy.equals("ADVERT")
                            && values.integer(s, 1, 0, Integer.MAX_VALUE) == null) {
                        findings.error(s.origin(), "Invalid vrrp_rx_bufs_policy " + policy);
                    }
                    ownBuffers(s);
                })
                .onParameter("vrrp_rx_bufs_multiplier", (globals, s) -> {
                    if (values.count(s, 1, 1) == null) {
                        findings.error(s.origin(), "Invalid vrrp_rx_bufs_multiplier " + s.parameter(1));
                    }
                    ownBuffers(s);
                });
    }

    private void ownBuffers(Statement s) {
        findings.noEffect(s.origin(), s.keyword(), "buffers are sized for the longest burst");
    }

    private void balanced(Statement s, String why) {
        checked(s);
        findings.noEffect(s.origin(), s.keyword(), why);
    }

    private void checked(Statement s) {
        values.bool(s, false, "Invalid value '" + s.parameter(1) + "' for global " + s.keyword() + " specified");
    }

    private void required(Keywords<Globals> keywords, String keyword, String complaint, String why) {
        keywords.on(keyword, (globals, s) -> {
            if (s.parameters() == 0) {
                findings.error(s.origin(), complaint);
            }
            findings.noEffect(s.origin(), keyword, why);
        });
    }

    private void without(Keywords<Globals> keywords) {
        String facts = "; 'tandem vrrp status --json', the metrics and keepalived's dumps tell the same";
        String snmp = "this version has no SNMP" + facts;
        String dumps =
                "dumps are written where keepalived 2.2 writes them, /tmp/keepalived.data, .stats and .json, in its"
                        + " shape";
        String bus = "this version has no D-Bus" + facts;
        required(keywords, "snmp_socket", "SNMP error : snmp socket name missing", snmp);
        required(keywords, "dbus_service_name", "dbus_service_name missing - ignoring", bus);
        String balances = "it balances in haproxy.cfg";
        required(keywords, "lvs_sync_daemon", "lvs_sync_daemon requires interface", balances);
        required(keywords, "lvs_timeouts", "lvs_timeouts requires at least one option", balances);
        keywords.noEffect(
                        snmp,
                        "enable_traps",
                        "enable_snmp_keepalived",
                        "enable_snmp_vrrp",
                        "enable_snmp_checker",
                        "enable_snmp_rfc",
                        "enable_snmp_rfcv2",
                        "enable_snmp_rfcv3",
                        "snmp_vs_stats_update_interval",
                        "snmp_rs_stats_update_interval")
                .noEffect(bus, "enable_dbus", "dbus_no_interface_name")
                .noEffect(dumps, "json_version", "state_dump_file", "stats_dump_file", "json_dump_file")
                .noEffect(
                        "it reads the names of tables and scopes where iproute2 has them",
                        "iproute_usr_dir",
                        "iproute_etc_dir")
                .on("data_use_instance", (globals, s) -> {
                    values.bool(
                            s, false, "Invalid value '" + s.parameter(1) + "' for global date_use_instance specified");
                    findings.noEffect(s.origin(), s.keyword(), dumps);
                })
                .noEffect(balances, "lvs_flush", "lvs_notify_fifo", "lvs_notify_fifo_script", "lvs_flush_onstop")
                .on("lvs_flush_on_stop", (globals, s) -> {
                    if (s.parameters() > 0 && !s.parameter(1).equals("VS")) {
                        findings.error(s.origin(), "Unknown lvs_flush_on_stop type " + s.parameter(1));
                    } else {
                        findings.noEffect(s.origin(), s.keyword(), balances);
                    }
                })
                .on("rs_init_notifies", (globals, s) -> balanced(s, balances))
                .on("no_checker_emails", (globals, s) -> balanced(s, balances))
                .on("checker_log_all_failures", (globals, s) -> balanced(s, balances))
                .on(
                        "vrrp_iptables",
                        (globals, s) -> findings.error(
                                s.origin(),
                                "iptables not supported, using nftables instead. Please replace 'vrrp_iptables and"
                                        + " 'vrrp_ipsets' with 'nftables' config option"))
                .noEffect(OWN_TABLE, "nftables", "nftables_counters", "nftables_ifindex")
                .onParameter("nftables_priority", (globals, s) -> {
                    if (values.signed(s, 1, Integer.MIN_VALUE, Integer.MAX_VALUE) == null) {
                        findings.error(s.origin(), "invalid nftables chain priority '" + s.parameter(1) + "'");
                    } else {
                        findings.noEffect(s.origin(), s.keyword(), OWN_TABLE);
                    }
                })
                .noEffect(balances, "nftables_ipvs", "nftables_ipvs_priority", "nftables_ipvs_start_fwmark")
                .noEffect("the kernel keeps the packets of other virtual routers away from it", "log_unknown_vrids")
                .noEffect(
                        "it reads its files once, and holds nothing of them on disk",
                        "tmp_config_directory",
                        "config_save_dir",
                        "reload_file")
                .silent("reload_check_config") // as it is in any case
                .noEffect(
                        "reload it when you want it: systemctl reload, by a timer", "reload_time_file", "reload_repeat")
                .on("include_check", (globals, s) -> s.texts().stream() // the preprocessor's
                        .skip(1)
                        .filter(type -> !type.matches("[+-]?(readable|match|wildcard_match|brace_match)"))
                        .forEach(type ->
                                findings.error(s.origin(), "Unknown include_check type '" + type + "' - ignoring")))
                .onParameter(
                        "vmac_prefix",
                        (globals, s) -> findings.noEffect(s.origin(), s.keyword(), "its devices are called vrrp.VRID"))
                .onParameter(
                        "vmac_addr_prefix",
                        (globals, s) -> findings.noEffect(s.origin(), s.keyword(), "its devices are called vrrp.VRID"))
                .on(
                        "vrrp_higher_prio_send_advert",
                        (globals, s) -> globals.answersHigher = values.bool(s, globals.answersHigher, invalid(s)))
                .on(
                        "vrrp_owner_ignore_adverts",
                        (globals, s) -> globals.ownerIgnores = values.bool(s, globals.ownerIgnores, invalid(s)))
                .onParameter("vrrp_delay_after_boot", (globals, s) -> {
                    Duration delay = values.seconds(s, 1, "0", "4294.967295");
                    globals.delayAfterBoot = delay == null ? globals.delayAfterBoot : delay;
                })
                // Scripts have their user's groups, and are called by the path that is written, in any case.
                .silent("set_supplementary_groups", "use_symlink_paths")
                .noEffect("its raw sockets join no other groups", "disable_local_igmp");
    }
}
