// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.AddressFamily;
import io.tandem.config.model.VirtualRouterConfig;
import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Reads the top level: globals and scripts first, since instances may stand before them. */
final class ConfReader {
    private static final Set<String> FILES = Set.of("track_file", "vrrp_track_file");

    private final Findings findings;
    private final Executables executables;
    private final Globals globals = new Globals();
    private final Map<String, TrackScript> scripts = new HashMap<>();
    private final Map<String, TrackFile> files = new HashMap<>();
    private final Map<String, InstanceDraft> instances = new LinkedHashMap<>();
    private final Map<String, Statement> groups = new LinkedHashMap<>();

    ConfReader(Findings findings, Executables executables) {
        this.findings = findings;
        this.executables = executables;
    }

    List<VirtualRouterConfig> read(List<Statement> statements) {
        Keywords<Globals> globalKeywords = Globals.keywords(findings);
        ScriptReader scriptReader = new ScriptReader(findings);
        for (Statement statement : statements) {
            if (statement.keyword().equals("global_defs")) {
                globalKeywords.apply(globals, statement.body());
            }
        }
        for (Statement statement : statements) {
            if (statement.keyword().equals("vrrp_script")) {
                TrackScript script = scriptReader.read(statement, globals);
                if (script != null) {
                    scripts.put(script.name(), script);
                }
            }
        }
        TrackFileReader fileReader = new TrackFileReader(findings);
        for (Statement statement : statements) {
            if (FILES.contains(statement.keyword())) {
                TrackFile file = fileReader.read(statement);
                if (file != null) {
                    files.put(file.name(), file);
                }
            }
        }
        topLevel(new InstanceKeywords(findings, scripts, files).all()).apply(this, statements);
        groups.values().forEach(this::applyGroup);
        instances.values().forEach(this::disableMissingScripts);
        List<VirtualRouterConfig> routers = finish();
        checkDuplicates(routers);
        checkScriptSecurity();
        return routers;
    }

    private Keywords<ConfReader> topLevel(Keywords<InstanceDraft> instanceKeywords) {
        return new Keywords<ConfReader>(findings)
                .silent("global_defs", "vrrp_script", "track_file", "vrrp_track_file")
                .on("vrrp_instance", (reader, s) -> readInstance(s, instanceKeywords))
                .on("vrrp_sync_group", (reader, s) -> groups.put(s.parameter(1), s))
                .on("virtual_server", (reader, s) -> noBalancing(s))
                .on("virtual_server_group", (reader, s) -> noBalancing(s))
                .noEffect("announcements are not slowed down", "garp_group")
                .noEffect("the kernel tells of every link change", "linkbeat_interfaces")
                .noEffect("it sends no SSL checks: haproxy.cfg does", "SSL")
                .unsupported(
                        "static_ipaddress",
                        "static_routes",
                        "static_rules",
                        "track_group",
                        "track_process",
                        "vrrp_track_process",
                        "bfd_instance",
                        "interface_up_down_delays",
                        "net_namespace",
                        "instance");
    }

    private void noBalancing(Statement s) {
        findings.notice(
                s.origin(), "'" + s.keyword() + " " + s.parameter(1) + "' is left out: Tandem balances in haproxy.cfg");
    }

    private void readInstance(Statement block, Keywords<InstanceDraft> keywords) {
        if (block.parameters() == 0 || block.parameter(1).isEmpty()) {
            findings.broken(block.origin(), "vrrp_instance must have a name", "vrrp_instance VI_1 {");
            return;
        }
        InstanceDraft draft = new InstanceDraft(block, globals);
        if (instances.containsKey(draft.name)) {
            findings.broken(
                    block.origin(), "vrrp instance " + draft.name + " already defined", "give it a name of its own");
            return;
        }
        keywords.apply(draft, block.body());
        instances.put(draft.name, draft);
    }

    private void applyGroup(Statement group) {
        String name = group.parameter(1);
        Set<String> members = new HashSet<>();
        for (Statement statement : group.body()) {
            switch (statement.keyword()) {
                case "group" ->
                    statement.body().forEach(line -> line.texts().forEach(member -> {
                        if (join(name, member, group)) {
                            members.add(member);
                        }
                    }));
                case "smtp_alert" ->
                    findings.noEffect(statement.origin(), "smtp_alert", "it sends no mail; use notify scripts");
                case "global_tracking", "sync_group_tracking_weight" ->
                    findings.unsupported(statement.origin(), statement.keyword());
                case "notify_master",
                        "notify_backup",
                        "notify_fault",
                        "notify_stop",
                        "notify_deleted",
                        "notify",
                        "notify_priority_changes",
                        "track_interface",
                        "track_script",
                        "track_file",
                        "track_process",
                        "track_bfd" ->
                    findings.unsupported(statement.origin(), "vrrp_sync_group: " + statement.keyword());
                default -> findings.error(statement.origin(), "Unknown keyword '" + statement.keyword() + "'");
            }
        }
        if (members.isEmpty()) {
            findings.error(
                    group.origin(),
                    "Sync group " + name + ", no matching virtual router found in group declaration - removing");
        } else if (members.size() == 1) {
            findings.error(
                    group.origin(),
                    "Sync group " + name + " has only 1 virtual router(s) - this probably isn't what you want");
        }
    }

    private boolean join(String group, String member, Statement block) {
        InstanceDraft draft = instances.get(member);
        if (draft == null) {
            findings.error(
                    block.origin(),
                    "Virtual router " + member + " specified in sync group " + group + " doesn't exist - ignoring");
            return false;
        }
        if (draft.syncGroup != null) {
            findings.error(
                    block.origin(),
                    "Virtual router " + member + " cannot exist in more than one sync group; ignoring " + group);
            return false;
        }
        draft.syncGroup = group;
        return true;
    }

    private List<VirtualRouterConfig> finish() {
        InstanceReader reader = new InstanceReader(findings, globals);
        List<VirtualRouterConfig> routers = new ArrayList<>();
        for (InstanceDraft draft : instances.values()) {
            VirtualRouterConfig router = reader.finish(draft);
            if (router != null) {
                routers.add(router);
            }
        }
        return routers;
    }

    /** Allowed on one interface: other family, other multicast group, unicast peers that do not overlap. */
    private void checkDuplicates(List<VirtualRouterConfig> routers) {
        for (int i = 0; i < routers.size(); i++) {
            for (VirtualRouterConfig earlier : routers.subList(0, i)) {
                VirtualRouterConfig later = routers.get(i);
                if (collide(earlier, later)) {
                    findings.broken(
                            null,
                            earlier.name() + " and " + later.name() + " both use VRID " + later.vrid() + " with "
                                    + (later.family() == AddressFamily.INET ? "IPv4" : "IPv6")
                                    + " on interface " + later.interfaceName(),
                            "give one of them another virtual_router_id");
                }
            }
        }
    }

    private static boolean collide(VirtualRouterConfig one, VirtualRouterConfig other) {
        boolean sameNetwork = one.vrid() == other.vrid()
                && one.family() == other.family()
                && one.interfaceName().equals(other.interfaceName());
        if (!sameNetwork || one.unicastPeers().isEmpty() != other.unicastPeers().isEmpty()) {
            return false;
        }
        return one.unicastPeers().isEmpty()
                ? Objects.equals(one.multicastGroup(), other.multicastGroup())
                : one.unicastPeers().stream().anyMatch(other.unicastPeers()::contains);
    }

    private void disableMissingScripts(InstanceDraft draft) {
        draft.trackScripts.removeIf(script -> {
            boolean missing = !executables.has(script.command());
            if (missing) {
                findings.error(draft.origin, "Disabling track script " + script.name() + " since not found/accessible");
            }
            return missing;
        });
    }

    private void checkScriptSecurity() {
        boolean runsScripts = instances.values().stream()
                .anyMatch(draft -> !draft.trackScripts.isEmpty()
                        || draft.scripts.commands().anyMatch(executables::has));
        if (runsScripts && !globals.scriptSecurity) {
            findings.insecureScripts(
                    "SECURITY VIOLATION - scripts are being executed but script_security not enabled.");
        }
    }
}
