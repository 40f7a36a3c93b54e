// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.SyncGroupConfig;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import io.tandem.config.model.VrrpConfig;
import io.tandem.config.model.VrrpGlobals.LinkDelay;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Reads the top level: globals and what is tracked first, since instances may stand before them. */
final class ConfReader {
    private final Findings findings;
    private final KeepalivedHost host;
    private final RuleReader rules;
    private final PaceReader paces;
    private final StaticReader statics;
    private final Set<String> trackGroups = new HashSet<>();
    private final Globals globals = new Globals();
    private final ScriptUsers users;
    private final Map<String, TrackScript> scripts = new LinkedHashMap<>();
    private final Map<String, TrackFile> files = new HashMap<>();
    private final Map<String, TrackProcess> processes = new HashMap<>();
    private final Map<String, InstanceDraft> instances = new LinkedHashMap<>();
    private final GroupReader groups;
    private final Keywords<InstanceDraft> instanceKeywords;

    ConfReader(Findings findings, KeepalivedHost host) {
        this.findings = findings;
        Predicate<String> asks = host.hasInterface();
        // With dynamic_interfaces nobody asks, and into another namespace nobody sees.
        this.host = host.withInterfaces(name -> globals.dynamicInterfaces || isElsewhere() || asks.test(name));
        users = new ScriptUsers(findings, globals, host);
        TrackKeywords tracks = new TrackKeywords(findings, scripts, files, processes, this.host.hasInterface());
        NotifyKeywords notifies = new NotifyKeywords(findings, users);
        groups = new GroupReader(findings, tracks, notifies);
        rules = new RuleReader(findings);
        paces = new PaceReader(findings, this.host.hasInterface());
        statics = new StaticReader(findings, new AddressReader(findings, this.host), rules, trackGroups);
        instanceKeywords = new InstanceKeywords(findings, this.host, tracks, notifies, rules).all();
    }

    VrrpConfig read(List<Statement> statements) {
        each(statements, "net_namespace", this::readNamespace);
        Keywords<Globals> globalKeywords = new GlobalKeywords(findings, users).all();
        each(statements, "global_defs", block -> globalKeywords.apply(globals, block.body()));
        ScriptReader scriptReader = new ScriptReader(findings, users);
        each(statements, "vrrp_script", block -> {
            TrackScript script = scriptReader.read(block, globals);
            if (script != null) {
                scripts.putIfAbsent(script.name(), script);
            }
        });
        TrackFileReader fileReader = new TrackFileReader(findings);
        Consumer<Statement> readFile = block -> {
            TrackFile file = fileReader.read(block);
            if (file != null) {
                files.putIfAbsent(file.name(), file);
            }
        };
        each(statements, "track_file", readFile);
        each(statements, "vrrp_track_file", readFile);
        ProcessReader processReader = new ProcessReader(findings);
        each(statements, "vrrp_track_process", block -> {
            TrackProcess process = processReader.read(block);
            if (process != null) {
                processes.putIfAbsent(process.name(), process);
            }
        });
        new TopLevel(findings, host.hasInterface()).keywords().apply(this, statements);
        return complete();
    }

    private void readNamespace(Statement line) {
        String name = line.parameter(1);
        if (name.isEmpty()) {
            findings.error(line.origin(), "net_namespace name missing - ignoring");
        } else if (globals.netNamespace != null) {
            findings.warn(line.origin(), "Duplicate net_namespace definition " + name + " - ignoring");
        } else if (!NetworkNamespace.isName(name)) {
            findings.broken(line.origin(), "net_namespace " + name + " is no name", "net_namespace blue");
        } else {
            globals.netNamespace = name;
            if (!NetworkNamespace.exists(name)) {
                findings.hint(line.origin(), "there is no network namespace " + name, "ip netns add " + name);
            }
        }
    }

    private boolean isElsewhere() {
        return globals.netNamespace != null && !NetworkNamespace.isOurs(globals.netNamespace);
    }

    private static void each(List<Statement> statements, String keyword, Consumer<Statement> reader) {
        for (Statement statement : statements) {
            if (statement.keyword().equals(keyword) && statement.parameters() + 1 >= TopLevel.wordsOf(keyword)) {
                reader.accept(statement);
            }
        }
    }

    PaceReader paces() {
        return paces;
    }

    StaticReader statics() {
        return statics;
    }

    void delayLink(LinkDelay delay) {
        globals.linkDelays.removeIf(other -> other.interfaceName().equals(delay.interfaceName()));
        globals.linkDelays.add(delay);
    }

    void nameTrackGroup(String name) {
        trackGroups.add(name);
    }

    void readGroup(Statement block) {
        groups.read(block);
    }

    void readInstance(Statement block) {
        if (block.parameters() != 1 || block.parameter(1).isEmpty()) {
            findings.broken(block.origin(), "vrrp_instance must have a name", "vrrp_instance VI_1 {");
            return;
        }
        InstanceDraft draft = new InstanceDraft(block, globals);
        if (instances.containsKey(draft.name)) {
            findings.broken(
                    block.origin(), "vrrp instance " + draft.name + " already defined", "give it a name of its own");
            return;
        }
        instanceKeywords.apply(draft, block.body());
        instances.put(draft.name, draft);
    }

    /** Weighs all blocks together. */
    private VrrpConfig complete() {
        if (findings.isMissingInterface()) {
            findings.error(
                    null,
                    "Non-existent interface specified in configuration",
                    "it may appear later: global_defs { dynamic_interfaces }");
        }
        instances.values().forEach(draft -> {
            if (draft.interfaceName != null) {
                draft.tracks.dropInterface(draft.interfaceName, draft.name, draft.origin, findings);
            }
        });
        List<SyncGroupConfig> made = groups.finish(instances, globals);
        new ScriptChecks(findings, host, globals).check(scripts, instances.values(), groups.notifies());
        InstanceReader reader = new InstanceReader(findings, globals, host, paces);
        List<VirtualRouterConfig> routers = new ArrayList<>();
        for (InstanceDraft draft : instances.values()) {
            VirtualRouterConfig router = reader.finish(draft);
            if (router != null) {
                routers.add(router);
            }
        }
        checkDuplicates(routers);
        checkDelays(routers);
        boolean mails = routers.stream().anyMatch(router -> router.scripts().mails())
                || made.stream().anyMatch(group -> group.told().mails());
        if (mails && !globals.mail.isComplete()) {
            findings.hint(
                    null,
                    "smtp_alert is asked for, but no mail can be sent",
                    "global_defs { smtp_server ADDRESS, notification_email { ADDRESS } }");
        }
        return new VrrpConfig(routers, made, globals.config(hostName()), statics.finish(globals.defaultInterface));
    }

    private String hostName() {
        return KeepalivedHost.hostName(host.configId());
    }

    /** A delay that outlasts the Backups' patience would have two routers active. keepalived cuts it down in silence. */
    private void checkDelays(List<VirtualRouterConfig> routers) {
        globals.linkDelays.replaceAll(delay -> {
            Duration most = delay.patience(routers);
            if (delay.down().compareTo(most) <= 0) {
                return delay;
            }
            findings.warn(
                    null,
                    "interface_up_down_delays: the Backups take over before " + delay.interfaceName()
                            + " has been down for so long; " + most.toMillis() + " ms are used");
            return new LinkDelay(delay.interfaceName(), most, delay.up());
        });
    }

    /** Allowed on one interface: other family, other multicast group, unicast peers that do not overlap. */
    private void checkDuplicates(List<VirtualRouterConfig> routers) {
        Map<List<Object>, List<VirtualRouterConfig>> same = new HashMap<>();
        for (VirtualRouterConfig later : routers) {
            List<Object> network = List.of(later.vrid(), later.family(), later.interfaceName());
            List<VirtualRouterConfig> others = same.computeIfAbsent(network, key -> new ArrayList<>());
            for (VirtualRouterConfig earlier : others) {
                if (collide(earlier, later)) {
                    findings.broken(
                            null,
                            earlier.name() + " and " + later.name() + " both use VRID " + later.vrid() + " with "
                                    + (later.family() == AddressFamily.INET ? "IPv4" : "IPv6")
                                    + " on interface " + later.interfaceName(),
                            "give one of them another virtual_router_id");
                }
            }
            others.add(later);
        }
    }

    private static boolean collide(VirtualRouterConfig one, VirtualRouterConfig other) {
        if (one.unicastPeers().isEmpty() != other.unicastPeers().isEmpty()) {
            return false;
        }
        return one.unicastPeers().isEmpty()
                ? Objects.equals(one.multicastGroup(), other.multicastGroup())
                : one.unicastPeers().stream().anyMatch(other.unicastPeers()::contains);
    }
}
