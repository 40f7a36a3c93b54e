// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import org.jspecify.annotations.Nullable;

/** What the global section says about the process: filled by {@link ProcessFeature} while lines are read, then only read. */
final class ProcessSettings implements Facet {
    static final FacetKey<ProcessSettings> KEY = new FacetKey<>(ProcessSettings.class, ProcessSettings::new);

    boolean daemon;
    boolean master;
    boolean quiet;
    boolean zeroWarning;
    /** 0 for one per processor. */
    int threads;
    /** No more than this, whatever {@link #threads} says. */
    int threadLimit = ProcessFeature.MAX_THREADS;
    /** 0 for none. */
    int maxConnections;
    /** 0 for what the connections need. */
    int maxDescriptors;
    /** No more than this where the number is not configured; 0 for the system's own limit. */
    int descriptorCeiling;
    /** The threads that {@code thread-group} names, the first in bit 0; 0 where it names none. */
    long threadGroup;
    /** Which processors each loop runs on. */
    final CpuMap cpuMap = new CpuMap();
    /** 0 for never. */
    long hardStopAfterMs;
    /** Before a soft stop begins. */
    long graceMs;
    /** Over how long a soft stop ends connections; Long.MAX_VALUE to leave them alone. */
    long closeSpreadMs;
    /** Numeric user, -1 for the one that runs. */
    int uid = -1;
    /** Numeric group, -1 for the one that runs. */
    int gid = -1;

    @Nullable String user;

    @Nullable String group;

    @Nullable String chroot;

    @Nullable String pidFile;

    @Nullable String nodeName;

    @Nullable String localPeer;

    @Nullable String description;

    @Override
    public Facet inherit() {
        throw new IllegalStateException("global inherits from nothing");
    }

    /** How many threads {@code thread-group} leaves without a group. */
    int unassigned() {
        return threadGroup == 0 ? 0 : loops() - Long.bitCount(threadGroup & (-1L >>> Long.SIZE - loops()));
    }

    /** Event loops to run. */
    int loops() {
        int wanted = threads > 0
                ? threads
                : Math.min(Runtime.getRuntime().availableProcessors(), ProcessFeature.MAX_THREADS);
        return Math.min(wanted, threadLimit);
    }
}
