// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.VirtualRouterConfig.TrackFile;
import io.tandem.config.model.VirtualRouterConfig.TrackInterface;
import io.tandem.config.model.VirtualRouterConfig.TrackProcess;
import io.tandem.config.model.VirtualRouterConfig.TrackScript;
import io.tandem.config.model.VirtualRouterConfig.Tracks;
import io.tandem.config.text.Origin;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a block tracks, while it is read. */
final class TrackDraft {
    final List<TrackInterface> interfaces = new ArrayList<>();
    final List<TrackScript> scripts = new ArrayList<>();
    final List<TrackFile> files = new ArrayList<>();
    final List<TrackProcess> processes = new ArrayList<>();

    Tracks tracks() {
        return new Tracks(interfaces, scripts, files, processes);
    }

    /** All members of a sync group move alike: in keepalived's words and to its degree, weights of their own go. */
    void dropWeights(String name, Origin origin, Findings findings) {
        interfaces.replaceAll(tracked -> {
            if (tracked.weight() == 0) {
                return tracked;
            }
            findings.error(
                    origin,
                    "(" + name + ") ignoring " + tracked.name() + " tracked interface weight due to SYNC group");
            return new TrackInterface(tracked.name(), 0, tracked.reverse());
        });
        scripts.removeIf(script -> {
            if (script.weight() != 0) {
                findings.error(
                        origin,
                        "(" + name + ") ignoring tracked script " + script.name() + " with weights due to SYNC group");
            }
            return script.weight() != 0;
        });
        files.replaceAll(
                file -> new TrackFile(file.name(), file.file(), 0, file.reverse(), file.initial(), file.overwrite()));
    }

    /** Of its own interface an instance knows in any case. */
    void dropInterface(String own, String name, Origin origin, Findings findings) {
        if (interfaces.removeIf(tracked -> tracked.name().equals(own))) {
            findings.error(origin, "(" + name + ") Ignoring track_interface " + own + " since own interface");
        }
    }

    /** What a sync group tracks, each of its members does. */
    void addAll(TrackDraft group, @Nullable String own, String name, Origin origin, Findings findings) {
        for (TrackInterface tracked : group.interfaces) {
            boolean isOwn = tracked.name().equals(own);
            if (isOwn || interfaces.removeIf(each -> each.name().equals(tracked.name()))) {
                twice(name, "track_interface " + tracked.name(), origin, findings);
            }
            if (!isOwn) {
                interfaces.add(tracked);
            }
        }
        for (TrackScript script : group.scripts) {
            if (scripts.removeIf(each -> each.name().equals(script.name()))) {
                twice(name, "track_script " + script.name(), origin, findings);
            }
            scripts.add(script);
        }
        for (TrackFile file : group.files) {
            files.removeIf(each -> each.name().equals(file.name()));
            files.add(file);
        }
        for (TrackProcess process : group.processes) {
            processes.removeIf(each -> each.name().equals(process.name()));
            processes.add(process);
        }
    }

    private static void twice(String name, String what, Origin origin, Findings findings) {
        findings.error(
                origin,
                "(" + name + ") " + what + " is configured on VRRP instance and sync group. Remove vrrp instance or"
                        + " sync group config");
    }
}
