// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

import io.tandem.config.text.Origin;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.setup.Assembly;
import org.jspecify.annotations.Nullable;

/**
 * Where an expression stands while it is compiled.
 *
 * <p>Every rule is compiled twice: when its line is read, for its mistakes, and once all proxies are known, for what it
 * refers to. {@link #assembly} is null the first time.
 *
 * @param proxy whose line it is
 * @param place when it will be evaluated; null in an {@code acl} line, which may be used anywhere
 * @param context how HAProxy ends a complaint about a reference: {@code in http-request expression}; empty for ACLs
 * @param origin the line
 */
public record Site(
        ProxyDraft proxy, @Nullable Place place, String context, Origin origin, @Nullable Assembly assembly) {
    public Site at(Place other, String otherContext) {
        return new Site(proxy, other, otherContext, origin, assembly);
    }

    /** Reports something that is referred to and does not exist; only once all proxies are known. */
    void missing(String text) {
        if (assembly != null) {
            assembly.problems().alert(origin, "parsing [" + origin.file() + ":" + origin.line() + "]: " + text);
        }
    }
}
