// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the lines about logs say in one section; inherited from {@code defaults}. */
final class LogSettings implements Facet {
    static final FacetKey<LogSettings> KEY = new FacetKey<>(LogSettings.class, LogSettings::new);

    /** What an access line looks like when no {@code log-format} says so. */
    enum Shape {
        /** {@code Connect from … to …}, once per connection. */
        CONNECT,
        TCP,
        HTTP,
        HTTPS,
        CLF
    }

    final List<LogTarget> targets = new ArrayList<>();
    /** {@code log global}. */
    boolean global;

    Shape shape = Shape.CONNECT;

    @Nullable String format;

    @Nullable String tag;
    /** {@code log-send-hostname}: null not sent, empty this host's. */
    @Nullable String hostName;

    boolean dontLogNull;
    boolean dontLogNormal;
    boolean separateErrors;

    @Override
    public Facet inherit() {
        LogSettings copy = new LogSettings();
        copy.targets.addAll(targets);
        copy.global = global;
        copy.shape = shape;
        copy.format = format;
        copy.tag = tag;
        copy.hostName = hostName;
        copy.dontLogNull = dontLogNull;
        copy.dontLogNormal = dontLogNormal;
        copy.separateErrors = separateErrors;
        return copy;
    }
}
