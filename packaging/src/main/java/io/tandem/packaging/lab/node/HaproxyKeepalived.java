// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.node;

import io.tandem.packaging.lab.Timers;
import io.tandem.packaging.lab.host.Host;
import io.tandem.packaging.lab.host.RunningProgram;
import java.io.IOException;
import java.util.List;

/**
 * The programs Tandem stands in for, to compare with.
 *
 * @param keepalivedConf text of /etc/keepalived/keepalived.conf
 */
public record HaproxyKeepalived(NodeFiles files, String keepalivedConf) implements Software {
    /**
     * One virtual router, and a failover when haproxy is gone.
     *
     * @param priority this node's
     * @param preempt whether a higher priority takes the address back
     */
    public static String keepalivedConf(String floatingAddress, Timers timers, int priority, boolean preempt) {
        String interval = timers == Timers.DEFAULT ? "1" : timers == Timers.QUICK ? "0.1" : "0.01";
        String script = timers == Timers.DEFAULT ? "1" : "0.1";
        return """
                global_defs {
                    vrrp_version %s
                    script_user root
                    enable_script_security
                }
                vrrp_script haproxy {
                    script "/usr/bin/pgrep -x haproxy"
                    interval %s
                }
                vrrp_instance lab {
                    state BACKUP
                    interface eth0
                    virtual_router_id 51
                    priority %d
                    advert_int %s
                    %s
                    track_script {
                        haproxy
                    }
                    virtual_ipaddress {
                        %s/32
                    }
                }
                """
                .formatted(
                        timers == Timers.DEFAULT ? "2" : "3",
                        script,
                        priority,
                        interval,
                        (timers == Timers.DEFAULT ? "authentication { \n auth_type PASS\n auth_pass lab\n }\n" : "")
                                + (preempt ? "" : "nopreempt"),
                        floatingAddress);
    }

    @Override
    public void install(Host host) throws IOException {
        files.writeTo(host);
        // haproxy 2.6 no longer knows the tutorial's option of 2.2, which Tandem accepts with its meaning.
        host.write(NodeFiles.HAPROXY_CFG, files.haproxyCfg().replace("   option http-use-htx\n", ""));
        host.write("/etc/keepalived/keepalived.conf", keepalivedConf);
    }

    @Override
    public List<Program> programs() {
        return List.of(
                new Program(List.of("haproxy", "-W", "-db", "-f", NodeFiles.HAPROXY_CFG), "haproxy.out"),
                new Program(
                        List.of(
                                "sh",
                                "-c",
                                // It refuses to start over the pid file of one that was killed.
                                "rm -f /run/keepalived.pid /run/vrrp.pid; exec keepalived --dont-fork --vrrp --log-detail"
                                        + " -f /etc/keepalived/keepalived.conf -p /run/keepalived.pid -r /run/vrrp.pid"),
                        "keepalived.out"));
    }

    @Override
    public boolean isSettled(Host host) {
        return true;
    }

    @Override
    public String status(Host host) {
        return "";
    }

    @Override
    public boolean isGuardian(RunningProgram program) {
        return program.name().startsWith("keepalived");
    }

    @Override
    public boolean isProxy(RunningProgram program) {
        return program.name().startsWith("haproxy");
    }
}
