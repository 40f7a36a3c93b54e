// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.setup;

import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.listen.BindOption;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.rules.Service;
import java.util.List;
import java.util.Map;

/**
 * One feature of the proxy from its keywords to its part of the configuration. A feature lives in the package of what it
 * configures; {@code boot.Features} lists them all and is the only place that knows every one.
 */
public interface Feature {
    /** The section lines it declares. */
    default List<Keyword<Directive>> directives() {
        return List.of();
    }

    /** The options of {@code bind} lines it declares. */
    default List<Keyword<BindOption>> bindOptions() {
        return List.of();
    }

    /** The services it offers to {@code http-request use-service}, by name. */
    default Map<String, Service> services() {
        return Map.of();
    }

    /** Settings of the process, after the last line. Reports problems. */
    default void completeGlobal(Draft global, Assembly assembly) {}

    /** Contributes to a backend. Problems are reported; what it adds must be usable all the same. */
    default void complete(ProxyDraft draft, Backend.Builder backend, Assembly assembly) {}

    /** Contributes what concerns several backends: all exist. */
    default void completeBackends(Assembly assembly) {}

    /** Contributes to a frontend; all backends exist. */
    default void complete(ProxyDraft draft, Frontend.Builder frontend, Assembly assembly) {}

    /** Adds what listens and is no proxy. */
    default void completeReceivers(Assembly assembly, List<Frontend> receivers) {}
}
