// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.vrrp.link.LinkStatus;
import io.tandem.vrrp.router.Lateness;
import io.tandem.vrrp.router.RouterStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The guardian's state at one moment, as text and as JSON.
 *
 * @param proxyState {@code starting}, {@code ready}, {@code not-ready REASON} or {@code down}
 */
record GuardianStatus(
        long pid,
        long uptimeMs,
        Role role,
        int proxyPid,
        String proxyState,
        boolean warm,
        long reloads,
        long failedReloads,
        long proxyRestarts,
        long residentKb,
        Lateness lateness,
        List<RouterStatus> routers,
        List<LinkStatus> links) {

    /** VmRSS of this process, 0 where /proc is missing. */
    static long readResidentKb() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        } catch (IOException e) {
            // Not on this system.
        }
        return 0;
    }

    String text() {
        StringBuilder text = new StringBuilder(1024);
        text.append("guardian pid=%d role=%s uptime=%.1fs rss=%.1fMB reloads=%d failed-reloads=%d%n"
                .formatted(pid, role, uptimeMs / 1000.0, residentKb / 1024.0, reloads, failedReloads));
        text.append("timer-lateness p50=%.3fms p99=%.3fms max=%.3fms samples=%d%n"
                .formatted(
                        lateness.quantileNs(0.5) / 1e6,
                        lateness.quantileNs(0.99) / 1e6,
                        lateness.maxNs() / 1e6,
                        lateness.samples()));
        text.append("proxy pid=%d state=%s warm=%s restarts=%d%n".formatted(proxyPid, proxyState, warm, proxyRestarts));
        for (RouterStatus router : routers) {
            text.append(
                    "router name=%s vrid=%d interface=%s state=%s since=%.1fs reason=%s priority=%d device=%s addresses=%s%n"
                            .formatted(
                                    router.name(),
                                    router.vrid(),
                                    router.interfaceName(),
                                    router.state(),
                                    router.sinceMs() / 1000.0,
                                    router.reason().replace(' ', ':'),
                                    router.priority(),
                                    router.device(),
                                    String.join(",", router.addresses())));
            text.append("  ")
                    .append(router.counters().entrySet().stream()
                            .map(counter -> counter.getKey() + "=" + counter.getValue())
                            .collect(Collectors.joining(" ")))
                    .append('\n');
        }
        for (LinkStatus link : links) {
            text.append("link peer=%s address=%s state=%s refused=%d losses=%d%n"
                    .formatted(link.peer(), link.address(), link.state(), link.refused(), link.losses()));
        }
        return text.toString();
    }

    String json() {
        return "{\"pid\":" + pid + ",\"uptime_ms\":" + uptimeMs + ",\"role\":" + quote(role.name()) + ",\"rss_kb\":"
                + residentKb + ",\"reloads\":" + reloads + ",\"failed_reloads\":" + failedReloads
                + ",\"timer_lateness_us\":{\"p50\":" + lateness.quantileNs(0.5) / 1000 + ",\"p99\":"
                + lateness.quantileNs(0.99) / 1000 + ",\"max\":" + lateness.maxNs() / 1000 + ",\"samples\":"
                + lateness.samples() + "},\"proxy\":{\"pid\":" + proxyPid + ",\"state\":" + quote(proxyState)
                + ",\"warm\":" + warm + ",\"restarts\":" + proxyRestarts + "},\"routers\":"
                + array(routers.stream().map(GuardianStatus::json).toList()) + ",\"links\":"
                + array(links.stream().map(GuardianStatus::json).toList()) + "}";
    }

    private static String json(RouterStatus router) {
        return "{\"name\":" + quote(router.name()) + ",\"vrid\":" + router.vrid() + ",\"interface\":"
                + quote(router.interfaceName()) + ",\"state\":"
                + quote(router.state().name()) + ",\"reason\":"
                + quote(router.reason()) + ",\"since_ms\":" + router.sinceMs() + ",\"priority\":" + router.priority()
                + ",\"device\":" + quote(router.device()) + ",\"addresses\":"
                + array(router.addresses().stream().map(GuardianStatus::quote).toList()) + ",\"counters\":"
                + object(router.counters()) + "}";
    }

    private static String json(LinkStatus link) {
        return "{\"peer\":" + quote(link.peer()) + ",\"address\":" + quote(link.address()) + ",\"state\":"
                + quote(link.state()) + ",\"refused\":" + link.refused() + ",\"losses\":" + link.losses() + "}";
    }

    private static String object(Map<String, Long> values) {
        return values.entrySet().stream()
                .map(entry -> quote(entry.getKey()) + ":" + entry.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String array(List<String> values) {
        return "[" + String.join(",", values) + "]";
    }

    private static String quote(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ') {
                quoted.append("\\u%04x".formatted((int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
