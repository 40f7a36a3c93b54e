// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.config.text.JsonText;
import io.tandem.vrrp.link.LinkStatus;
import io.tandem.vrrp.router.Alarms;
import io.tandem.vrrp.router.Lateness;
import io.tandem.vrrp.router.RouterStatus;
import io.tandem.vrrp.router.Transition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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
        List<LinkStatus> links,
        Operating operating) {

    /**
     * What concerns the whole node.
     *
     * @param hold why it does not preempt, or the empty string
     * @param witness its address and whether it answers, or the empty string
     * @param hooks by name, how each last ended
     * @param strangers connections to the liveness port refused unheard
     * @param halfOpen those that said nothing
     */
    record Operating(
            String hold,
            List<Alarms.Standing> alarms,
            Map<Alarms.Kind, Long> raised,
            String witness,
            Map<String, String> hooks,
            long strangers,
            long halfOpen) {}

    /** The same with one router only. */
    GuardianStatus only(String router) {
        return new GuardianStatus(
                pid,
                uptimeMs,
                role,
                proxyPid,
                proxyState,
                warm,
                reloads,
                failedReloads,
                proxyRestarts,
                residentKb,
                lateness,
                routers.stream().filter(one -> one.name().equals(router)).toList(),
                links,
                operating);
    }

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
            text.append("link peer=%s address=%s state=%s patience=%.1fms"
                    .formatted(link.peer(), link.address(), link.state(), link.silenceNs() / 1e6));
            link.counters()
                    .forEach((name, count) ->
                            text.append(' ').append(name).append('=').append(count));
            text.append('\n');
            for (String way : link.ways().size() > 1 ? link.ways() : List.<String>of()) {
                text.append("  network ").append(way).append('\n');
            }
        }
        operatingText(text);
        return text.toString();
    }

    private void operatingText(StringBuilder text) {
        if (!operating.hold().isEmpty()) {
            text.append("preemption held-because=").append(operating.hold()).append('\n');
        }
        if (!operating.witness().isEmpty()) {
            text.append("witness ").append(operating.witness()).append('\n');
        }
        operating.hooks().forEach((name, result) -> text.append("hook ")
                .append(name)
                .append(' ')
                .append(result)
                .append('\n'));
        if (operating.strangers() + operating.halfOpen() > 0) {
            text.append(
                    "liveness-port strangers=%d half-open=%d%n".formatted(operating.strangers(), operating.halfOpen()));
        }
        for (Alarms.Standing alarm : operating.alarms()) {
            text.append("ALARM what=%s of=%s since=%s %s%n"
                    .formatted(
                            alarm.kind().word(),
                            alarm.subject(),
                            Instant.ofEpochMilli(alarm.sinceMs()),
                            alarm.detail()));
        }
    }

    /** The transitions of each router, the newest last. */
    String historyText() {
        StringBuilder text = new StringBuilder(1024);
        for (RouterStatus router : routers) {
            for (Transition one : router.history()) {
                text.append("%s router=%s from=%s to=%s reason=%s took=%.3fms%s%n"
                        .formatted(
                                Instant.ofEpochMilli(one.atMs()),
                                router.name(),
                                one.from(),
                                one.to(),
                                one.reason(),
                                one.tookNs() / 1e6,
                                one.sinceHeardNs() < 0
                                        ? ""
                                        : " last-heard=%.1fms".formatted(one.sinceHeardNs() / 1e6)));
            }
        }
        return text.toString();
    }

    String historyJson() {
        return "{\"routers\":"
                + array(routers.stream()
                        .map(router -> "{\"name\":" + JsonText.quoted(router.name()) + ",\"history\":"
                                + array(router.history().stream()
                                        .map(GuardianStatus::json)
                                        .toList())
                                + "}")
                        .toList())
                + "}";
    }

    private static String json(Transition one) {
        return "{\"at_ms\":" + one.atMs() + ",\"from\":"
                + JsonText.quoted(one.from().name()) + ",\"to\":"
                + JsonText.quoted(one.to().name()) + ",\"reason\":" + JsonText.quoted(one.reason()) + ",\"took_us\":"
                + one.tookNs() / 1000
                + ",\"since_heard_us\":" + (one.sinceHeardNs() < 0 ? -1 : one.sinceHeardNs() / 1000) + "}";
    }

    private String operatingJson() {
        return "{\"hold\":" + JsonText.quoted(operating.hold()) + ",\"witness\":" + JsonText.quoted(operating.witness())
                + ",\"hooks\":"
                + operating.hooks().entrySet().stream()
                        .map(hook -> JsonText.quoted(hook.getKey()) + ":" + JsonText.quoted(hook.getValue()))
                        .collect(Collectors.joining(",", "{", "}"))
                + ",\"strangers\":" + operating.strangers() + ",\"half_open\":" + operating.halfOpen()
                + ",\"alarms\":"
                + array(operating.alarms().stream()
                        .map(alarm -> "{\"kind\":"
                                + JsonText.quoted(alarm.kind().word()) + ",\"of\":"
                                + JsonText.quoted(alarm.subject()) + ",\"since_ms\":" + alarm.sinceMs() + ",\"detail\":"
                                + JsonText.quoted(alarm.detail()) + "}")
                        .toList())
                + ",\"alarms_begun\":"
                + operating.raised().entrySet().stream()
                        .map(kind -> JsonText.quoted(kind.getKey().word()) + ":" + kind.getValue())
                        .collect(Collectors.joining(",", "{", "}"))
                + "}";
    }

    String json() {
        return "{\"pid\":" + pid + ",\"uptime_ms\":" + uptimeMs + ",\"role\":" + JsonText.quoted(role.name())
                + ",\"rss_kb\":"
                + residentKb + ",\"reloads\":" + reloads + ",\"failed_reloads\":" + failedReloads
                + ",\"timer_lateness_us\":{\"p50\":" + lateness.quantileNs(0.5) / 1000 + ",\"p99\":"
                + lateness.quantileNs(0.99) / 1000 + ",\"max\":" + lateness.maxNs() / 1000 + ",\"samples\":"
                + lateness.samples() + "},\"proxy\":{\"pid\":" + proxyPid + ",\"state\":" + JsonText.quoted(proxyState)
                + ",\"warm\":" + warm + ",\"restarts\":" + proxyRestarts + "},\"routers\":"
                + array(routers.stream().map(GuardianStatus::json).toList()) + ",\"links\":"
                + array(links.stream().map(GuardianStatus::json).toList()) + ",\"operating\":" + operatingJson() + "}";
    }

    private static String json(RouterStatus router) {
        return "{\"name\":" + JsonText.quoted(router.name()) + ",\"vrid\":" + router.vrid() + ",\"interface\":"
                + JsonText.quoted(router.interfaceName()) + ",\"state\":"
                + JsonText.quoted(router.state().name()) + ",\"reason\":"
                + JsonText.quoted(router.reason()) + ",\"since_ms\":" + router.sinceMs() + ",\"priority\":"
                + router.priority()
                + ",\"device\":" + JsonText.quoted(router.device()) + ",\"addresses\":"
                + array(router.addresses().stream().map(JsonText::quoted).toList()) + ",\"counters\":"
                + object(router.counters()) + ",\"history\":"
                + array(router.history().stream().map(GuardianStatus::json).toList()) + "}";
    }

    private static String json(LinkStatus link) {
        return "{\"peer\":" + JsonText.quoted(link.peer()) + ",\"address\":" + JsonText.quoted(link.address())
                + ",\"state\":"
                + JsonText.quoted(link.state()) + ",\"patience_us\":" + link.silenceNs() / 1000 + ",\"ways\":"
                + array(link.ways().stream().map(JsonText::quoted).toList()) + ",\"refused\":" + link.refused()
                + ",\"losses\":" + link.losses() + ",\"counters\":" + object(link.counters()) + "}";
    }

    private static String object(Map<String, Long> values) {
        return values.entrySet().stream()
                .map(entry -> JsonText.quoted(entry.getKey()) + ":" + entry.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String array(List<String> values) {
        return "[" + String.join(",", values) + "]";
    }
}
