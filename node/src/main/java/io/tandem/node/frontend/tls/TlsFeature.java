// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

import io.tandem.node.frontend.listen.BindOption;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Keyword;
import io.tandem.node.observe.admin.Command;
import io.tandem.node.setup.Feature;
import io.tandem.node.setup.NodeRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** TLS towards clients: {@code bind … ssl} and the lines of {@code global} about it. */
public final class TlsFeature implements Feature {
    @Override
    public List<Keyword<Directive>> directives() {
        List<Keyword<Directive>> all = new ArrayList<>(TlsGlobalLines.ALL);
        all.addAll(CrtStoreLines.ALL);
        all.add(HandshakeLimit.LINE);
        return all;
    }

    /** The names of the bind options that a line of a {@code crt-list} may give a certificate for itself. */
    public static Set<String> crtListOptions() {
        return CrtListReader.OPTIONS;
    }

    /** Loads what a process can no longer load once it has changed its root directory. */
    public static void beforeChroot() {
        RsaMeasurement.load();
    }

    /** What operators do with certificates while the process runs. */
    public static List<Command> commands(NodeRuntime node) {
        List<Command> all = new ArrayList<>(CertificateCommands.of(node));
        all.addAll(CrtListCommands.of(node));
        all.addAll(OcspCommands.of(node));
        all.addAll(TicketCommands.of(node));
        all.addAll(TrustCommands.of(node));
        return all;
    }

    @Override
    public List<Keyword<BindOption>> bindOptions() {
        return TlsOptions.ALL;
    }
}
