// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.node.rules.StickTables;
import io.tandem.peers.table.StickTable;
import org.jspecify.annotations.Nullable;

/** A stick table named in a rule. */
public final class TableReference {
    private final StickTables.@Nullable Declared declared;

    private TableReference(StickTables.@Nullable Declared declared) {
        this.declared = declared;
    }

    /** @throws BackendReference.Missing once all proxies are known, if there is no such table */
    static TableReference of(String name, Site site, int position) {
        if (site.assembly() == null) {
            return new TableReference(null);
        }
        StickTables.Declared declared = StickTables.find(site.assembly(), name);
        if (declared == null) {
            throw new BackendReference.Missing("unable to find table '" + name + "' referenced in arg " + position);
        }
        return new TableReference(declared);
    }

    /** The table {@code name}, or null. */
    public static @Nullable TableReference find(String name, Site site) {
        if (site.assembly() == null) {
            return new TableReference(null);
        }
        StickTables.Declared declared = StickTables.find(site.assembly(), name);
        return declared == null ? null : new TableReference(declared);
    }

    /** The table; null only before the configuration is committed. */
    public @Nullable StickTable table() {
        return declared == null ? null : declared.table();
    }

    /** How it was declared; null before all proxies are known. */
    public StickTables.@Nullable Declared declared() {
        return declared;
    }
}
