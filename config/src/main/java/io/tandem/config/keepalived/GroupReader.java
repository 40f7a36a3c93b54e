// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.SyncGroupConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code vrrp_sync_group} blocks and, once all instances are known, puts the groups together. */
final class GroupReader {
    private final Findings findings;
    private final Keywords<GroupDraft> keywords;
    private final Map<String, GroupDraft> groups = new LinkedHashMap<>();

    GroupReader(Findings findings, TrackKeywords tracks, NotifyKeywords notifies) {
        this.findings = findings;
        this.keywords = new Keywords<GroupDraft>(findings)
                .block("group", this::members)
                .on("global_tracking", (group, s) -> {
                    findings.error(
                            s.origin(),
                            "(" + group.name
                                    + ") global_tracking is deprecated. Use track_interface/script/file on the sync group");
                    group.sharesTracks = true;
                })
                .on("sync_group_tracking_weight", (group, s) -> group.keepsWeights = true);
        tracks.declare(keywords);
        notifies.declare(keywords, "group");
    }

    void read(Statement block) {
        if (block.parameters() == 0 || block.parameter(1).isEmpty()) {
            findings.error(block.origin(), "vrrp_sync_group must have a name - skipping");
            return;
        }
        GroupDraft group = new GroupDraft(block);
        if (groups.containsKey(group.name)) {
            findings.error(block.origin(), "vrrp sync group " + group.name + " already defined");
            return;
        }
        groups.put(group.name, group);
        keywords.apply(group, block.body());
    }

    private void members(GroupDraft group, Statement s) {

        s.body().forEach(line -> group.members.addAll(line.texts()));
        if (group.members.isEmpty()) {
            findings.error(s.origin(), "Warning - sync group " + group.name + " has empty group block");
        }
    }

    /** All scripts that groups run. */
    List<NotifyDraft> notifies() {
        return groups.values().stream().map(group -> group.notifying).toList();
    }

    /** @param instances by name; their trackers become those of their group */
    List<SyncGroupConfig> finish(Map<String, InstanceDraft> instances, Globals globals) {
        List<SyncGroupConfig> made = new ArrayList<>();
        for (GroupDraft group : groups.values()) {
            SyncGroupConfig config = finish(group, instances, globals);
            if (config != null) {
                made.add(config);
            }
        }
        return made;
    }

    private @Nullable SyncGroupConfig finish(GroupDraft group, Map<String, InstanceDraft> instances, Globals globals) {
        if (group.members.isEmpty()) {
            findings.error(group.origin, "Sync group " + group.name + " has no virtual router(s). removing");
            return null;
        }
        List<InstanceDraft> members = new ArrayList<>();
        for (String name : group.members) {
            InstanceDraft member = instances.get(name);
            if (member == null) {
                findings.error(
                        group.origin,
                        "Virtual router " + name + " specified in sync group " + group.name
                                + " doesn't exist - ignoring");
            } else if (member.syncGroup != null) {
                findings.error(
                        group.origin,
                        "Virtual router " + name + " cannot exist in more than one sync group; ignoring " + group.name);
            } else {
                member.syncGroup = group.name;
                members.add(member);
            }
        }
        if (members.isEmpty()) {
            findings.error(
                    group.origin,
                    "Sync group " + group.name + ", no matching virtual router found in group declaration - removing");
            return null;
        }
        if (members.size() == 1) {
            findings.error(
                    group.origin,
                    "Sync group " + group.name + " has only 1 virtual router(s) - this probably isn't what you want");
        }
        shareTracks(group, members);
        return new SyncGroupConfig(
                group.name,
                members.stream().map(member -> member.name).toList(),
                group.tracks.tracks(),
                group.notifying.notify(globals));
    }

    private void shareTracks(GroupDraft group, List<InstanceDraft> members) {
        TrackDraft shared = group.tracks;
        if (group.sharesTracks) {
            TrackDraft all = new TrackDraft();
            members.forEach(member -> all.addAll(member.tracks, null, member.name, member.origin, Findings.silent()));
            all.addAll(shared, null, group.name, group.origin, Findings.silent());
            shared = all;
        }
        for (InstanceDraft member : members) {
            if (!group.keepsWeights && !group.sharesTracks) {
                member.tracks.dropWeights(member.name, member.origin, findings);
            }
            member.tracks.addAll(
                    shared,
                    member.interfaceName,
                    member.name,
                    member.origin,
                    group.sharesTracks ? Findings.silent() : findings);
        }
    }
}
