// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig.Announce;
import io.tandem.config.text.IpLiteral;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What {@code global_defs} sets for all instances. Filled before any instance is read. */
final class Globals {
    int version = 2;
    boolean scriptSecurity;

    @Nullable String scriptUser;

    @Nullable String scriptGroup;

    Announce announce = Announce.DEFAULT;
    boolean answerLowerPriority = true;
    boolean checkUnicastSource;
    boolean strict;
    boolean rfcChecksum;
    int downAdverts = 3;

    @Nullable InetAddress multicastGroup4;

    @Nullable InetAddress multicastGroup6;

    static Keywords<Globals> keywords(Findings findings) {
        Values values = new Values(findings);
        return new Keywords<Globals>(findings)
                .silent("router_id", "vrrp_skip_check_adv_addr", "dynamic_interfaces", "default_interface", "lvs_id")
                .onParameter("vrrp_version", (globals, s) -> {
                    Integer version = values.integer(s, 1, 2, 3);
                    globals.version = version == null ? globals.version : version;
                })
                .on("enable_script_security", (globals, s) -> globals.scriptSecurity = true)
                .onParameter("script_user", (globals, s) -> {
                    globals.scriptUser = s.parameter(1);
                    globals.scriptGroup = s.parameters() > 1 ? s.parameter(2) : null;
                })
                .onParameter(
                        "vrrp_garp_master_repeat",
                        (globals, s) -> globals.announce = AnnounceKeywords.repeat(values, s, globals.announce))
                .onParameter(
                        "vrrp_garp_master_delay",
                        (globals, s) -> globals.announce = AnnounceKeywords.delay(values, s, globals.announce))
                .onParameter(
                        "vrrp_garp_master_refresh",
                        (globals, s) -> globals.announce = AnnounceKeywords.refresh(values, s, globals.announce))
                .onParameter(
                        "vrrp_garp_master_refresh_repeat",
                        (globals, s) -> globals.announce = AnnounceKeywords.refreshRepeat(values, s, globals.announce))
                .on("vrrp_lower_prio_no_advert", (globals, s) -> globals.answerLowerPriority = !values.bool(s, false))
                .on("vrrp_check_unicast_src", (globals, s) -> globals.checkUnicastSource = true)
                .on("v3_checksum_as_v2", (globals, s) -> globals.rfcChecksum = values.bool(s, false))
                .onParameter("vrrp_down_timer_adverts", (globals, s) -> {
                    Integer adverts = values.integer(s, 1, 1, 100);
                    globals.downAdverts = adverts == null ? globals.downAdverts : adverts;
                })
                .onParameter("vrrp_mcast_group4", (globals, s) -> globals.multicastGroup4 = group(findings, s, 4))
                .onParameter("vrrp_mcast_group6", (globals, s) -> globals.multicastGroup6 = group(findings, s, 16))
                .noEffect(
                        "it sends no mail; use notify scripts",
                        "notification_email",
                        "notification_email_from",
                        "smtp_server",
                        "smtp_helo_name",
                        "smtp_connect_timeout",
                        "smtp_alert",
                        "smtp_alert_vrrp",
                        "smtp_alert_checker",
                        "no_email_faults")
                .noEffect(
                        "metrics are at /metrics",
                        "enable_traps",
                        "enable_snmp_keepalived",
                        "enable_snmp_vrrp",
                        "enable_snmp_checker",
                        "enable_snmp_rfc",
                        "enable_snmp_rfcv2",
                        "enable_snmp_rfcv3",
                        "snmp_socket",
                        "enable_dbus",
                        "dbus_service_name",
                        "json_version")
                .noEffect(
                        "its guardian has a process, priority and memory of its own",
                        "vrrp_priority",
                        "vrrp_no_swap",
                        "vrrp_rt_priority",
                        "vrrp_rlimit_rttime",
                        "vrrp_cpu_affinity",
                        "vrrp_process_name",
                        "process_names",
                        "max_auto_priority",
                        "min_auto_priority_delay",
                        "child_wait_time",
                        "use_pid_dir",
                        "random_seed",
                        "umask")
                .noEffect(
                        "it announces at 0, 10, 50 and 200 ms and on every conflicting claim",
                        "vrrp_garp_interval",
                        "vrrp_gna_interval",
                        "vrrp_garp_lower_prio_delay",
                        "vrrp_garp_lower_prio_repeat",
                        "vrrp_min_garp",
                        "vrrp_garp_extra_if")
                .on("vrrp_strict", (globals, s) -> globals.strict = values.bool(s, true))
                .noEffect("there is no packet filter to set up", "vrrp_iptables", "vrrp_ipsets", "nftables")
                .noEffect("it balances in haproxy.cfg", "lvs_sync_daemon", "lvs_flush", "lvs_flush_onstop")
                .noEffect(
                        "buffers are sized for the longest burst",
                        "vrrp_netlink_cmd_rcv_bufs",
                        "vrrp_netlink_cmd_rcv_bufs_force",
                        "vrrp_netlink_monitor_rcv_bufs",
                        "vrrp_netlink_monitor_rcv_bufs_force",
                        "vrrp_rx_bufs_policy",
                        "vrrp_rx_bufs_multiplier",
                        "log_unknown_vrids")
                .noEffect(
                        "it has no checker or BFD process",
                        "checker_priority",
                        "checker_no_swap",
                        "checker_rt_priority",
                        "checker_rlimit_rttime",
                        "bfd_priority",
                        "bfd_no_swap",
                        "bfd_rt_priority",
                        "bfd_rlimit_rttime")
                .unsupported(
                        "notify_fifo",
                        "notify_fifo_script",
                        "vrrp_notify_fifo",
                        "vrrp_notify_fifo_script",
                        "vrrp_notify_priority_changes",
                        "vrrp_startup_delay",
                        "vrrp_delay_after_boot",
                        "vrrp_higher_prio_send_advert",
                        "vrrp_owner_ignore_adverts",
                        "startup_script",
                        "shutdown_script",
                        "startup_script_timeout",
                        "shutdown_script_timeout",
                        "net_namespace",
                        "namespace_with_ipsets",
                        "instance",
                        "interface_up_down_delays",
                        "disable_local_igmp",
                        "reload_check_config",
                        "reload_time_file",
                        "reload_file",
                        "use_symlink_paths");
    }

    private static @Nullable InetAddress group(Findings findings, Statement s, int bytes) {
        InetAddress group = IpLiteral.parse(s.parameter(1));
        if (group == null || group.getAddress().length != bytes || !group.isMulticastAddress()) {
            findings.error(
                    s.origin(),
                    "Configuration error: " + s.keyword() + " malformed group [" + s.parameter(1) + "]. Skipping...");
            return null;
        }
        return group;
    }

    /** The four settings that exist for all and for one instance. */
    static final class AnnounceKeywords {
        private static final int MOST = 255;
        private static final Duration SECOND = Duration.ofSeconds(1);

        private AnnounceKeywords() {}

        static Announce repeat(Values values, Statement s, Announce a) {
            return new Announce(number(values, s, 1, a.repeat()), a.delay(), a.refresh(), a.refreshRepeat());
        }

        static Announce delay(Values values, Statement s, Announce a) {
            int seconds = number(values, s, 0, (int) a.delay().toSeconds());
            return new Announce(a.repeat(), SECOND.multipliedBy(seconds), a.refresh(), a.refreshRepeat());
        }

        static Announce refresh(Values values, Statement s, Announce a) {
            int seconds = number(values, s, 0, (int) a.refresh().toSeconds());
            return new Announce(a.repeat(), a.delay(), SECOND.multipliedBy(seconds), a.refreshRepeat());
        }

        static Announce refreshRepeat(Values values, Statement s, Announce a) {
            return new Announce(a.repeat(), a.delay(), a.refresh(), number(values, s, 1, a.refreshRepeat()));
        }

        private static int number(Values values, Statement s, int min, int otherwise) {
            Integer number = values.integer(s, 1, min, s.keyword().endsWith("repeat") ? MOST : 86_400);
            return number == null ? otherwise : number;
        }
    }
}
