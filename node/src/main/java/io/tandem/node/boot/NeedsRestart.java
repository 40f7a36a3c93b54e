// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.cli.CommandLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Settings of the process that a reload cannot change. */
final class NeedsRestart {
    private NeedsRestart() {}

    /** Warnings of what {@code next} says otherwise than {@code running}, the settings that the process began with. */
    static List<String> of(ProcessSettings next, ProcessSettings running, CommandLine command) {
        List<String> changed = new ArrayList<>();
        if (next.loops() != running.loops()) {
            changed.add("'nbthread' has");
        }
        if (!next.cpuMap.equals(running.cpuMap)) {
            changed.add("'cpu-map' has");
        }
        if (!Objects.equals(next.nodeName, running.nodeName) && command.localPeer() == null) {
            changed.add("'node' has");
        }
        if (next.uid != running.uid || next.gid != running.gid || !Objects.equals(next.chroot, running.chroot)) {
            changed.add("'user', 'group' or 'chroot' have");
        }
        return changed.stream()
                .map(what -> "config : " + what + " changed, which takes a restart.")
                .toList();
    }
}
