// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.text.Problem;
import io.tandem.config.text.Problems;
import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.observe.log.LogFeature;
import io.tandem.node.observe.mail.MailFeature;
import io.tandem.node.observe.ring.RingFeature;
import io.tandem.node.setup.Configuration;
import java.util.Optional;

/**
 * Warns of proxies that listen nowhere, and of those that could wait for ever: 0 counts as missing for the three main timeouts.
 */
final class ProxyWarnings {
    private ProxyWarnings() {}

    static void warn(ProxyDraft proxy, Configuration configuration, Problems problems) {
        Optional<Frontend> frontend =
                proxy.isFrontend() ? configuration.frontend(proxy.name()) : Optional.<Frontend>empty();
        Optional<Backend> backend = proxy.isBackend() ? configuration.backend(proxy.name()) : Optional.<Backend>empty();
        if (frontend.filter(side -> side.binds().isEmpty()).isPresent()) {
            problems.add(Problem.warning(
                    null,
                    proxy.described()
                            + " has no 'bind' directive. Please declare it as a backend if this was intended."));
        }
        if (frontend.filter(ProxyWarnings::waitsForEver).isPresent()
                || backend.filter(ProxyWarnings::waitsForEver).isPresent()) {
            problems.add(Problem.warning(null, text(proxy.described())));
        }
        if (LogFeature.ignoresFormat(proxy)) {
            problems.add(Problem.warning(
                    null, "log format ignored for " + proxy.described() + " since it has no log address."));
        }
    }

    /** The same for log forwarders and rings. */
    static void warnOfOthers(Configuration configuration, Problems problems) {
        for (Frontend receiver : configuration.receivers()) {
            if (receiver.binds().isEmpty()) {
                problems.add(Problem.warning(
                        null,
                        "frontend '" + receiver.name()
                                + "' has no 'bind' directive. Please declare it as a backend if this was intended."));
            }
        }
        for (String mailers : MailFeature.unused(configuration.drafts())) {
            problems.add(Problem.warning(null, "Removing incomplete section 'mailers " + mailers + "'."));
        }
        for (String ring : RingFeature.unlimited(configuration.drafts())) {
            problems.add(Problem.warning(null, text("backend '" + ring + "'")));
        }
    }

    private static boolean waitsForEver(Frontend frontend) {
        return frontend.timeouts().client() == 0;
    }

    private static boolean waitsForEver(Backend backend) {
        return !backend.servers().isEmpty()
                && (backend.timeouts().connect() == 0 || backend.timeouts().server() == 0);
    }

    private static String text(String proxy) {
        return """
                missing timeouts for %s.
                   | While not properly invalid, you will certainly encounter various problems
                   | with such a configuration. To fix this, please ensure that all following
                   | timeouts are set to a non-zero value: 'client', 'connect', 'server'."""
                .formatted(proxy);
    }
}
