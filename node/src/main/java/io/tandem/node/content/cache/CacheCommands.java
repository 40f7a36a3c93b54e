// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.content.cache;

import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Level;
import io.tandem.node.setup.NodeRuntime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** {@code show cache} (HAProxy management guide 9.3). On the admin socket's thread. */
public final class CacheCommands {
    private CacheCommands() {}

    public static List<Command> of(NodeRuntime node) {
        return List.of(new Command(
                "show cache",
                "show cache",
                "show cache status",
                Level.USER,
                (arguments, answer) -> show(node, answer)));
    }

    private static void show(NodeRuntime node, StringBuilder answer) {
        long nowS = System.currentTimeMillis() / 1000;
        for (Cache cache : CacheLines.all(node.configuration().drafts())) {
            List<Entry> entries = new ArrayList<>();
            int available = cache.dump(entries);
            entries.sort(Comparator.comparingLong(CacheCommands::hash));
            answer.append(String.format(
                    "0x%x: %s (shctx:0x%x, available blocks:%d)%n",
                    identity(cache), cache.settings().name(), identity(cache.settings()), available));
            for (Entry entry : entries) {
                answer.append(String.format(
                        "0x%x hash:%d vary:0x%016x size:%d (%d blocks), refcount:%d, expire:%d%n",
                        identity(entry),
                        hash(entry),
                        (long) entry.encodings << 48 | entry.referer & 0xffff_ffff_ffffL,
                        entry.countedSize,
                        entry.blockCount(),
                        entry.users(),
                        entry.expiresAtS - nowS));
            }
        }
    }

    private static long hash(Entry entry) {
        return entry.hash & 0xffff_ffffL;
    }

    /** What HAProxy shows an address for: a number by which one is told from the others. */
    private static int identity(Object thing) {
        return System.identityHashCode(thing);
    }
}
