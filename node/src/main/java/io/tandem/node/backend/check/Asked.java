// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import io.tandem.node.language.Facet;
import io.tandem.node.language.FacetKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a section says about checks. */
final class Asked implements Facet {
    static final FacetKey<Asked> KEY = new FacetKey<>(Asked.class, Asked::new);

    CheckKind kind = CheckKind.CONNECT;
    /** The steps of {@link CheckKind#PROTOCOL}. */
    List<Step> protocol = List.of();
    /** What {@code option httpchk} asks; null without, and where rules of its own replace what was inherited. */
    @Nullable HttpSendStep request;

    Ruleset tcp = new Ruleset(false);
    Ruleset http = new Ruleset(true);
    boolean logsEach;
    boolean stopsOn404;
    boolean sendsState;

    @Nullable String command;

    @Nullable String path;

    /** What it comes to, once it has been completed. */
    @Nullable CheckPlan plan;

    /** Rules are inherited where the option that uses them is. */
    @Override
    public Facet inherit() {
        Asked copy = new Asked();
        copy.kind = kind;
        copy.protocol = protocol;
        copy.request = request;
        copy.tcp = kind == CheckKind.TCP ? tcp.inherit() : new Ruleset(false);
        copy.http = kind == CheckKind.HTTP ? http.inherit() : new Ruleset(true);
        copy.logsEach = logsEach;
        copy.stopsOn404 = stopsOn404;
        copy.sendsState = sendsState;
        copy.command = command;
        copy.path = path;
        return copy;
    }
}
