// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.CONTENT;

import io.tandem.node.language.Keyword;
import io.tandem.node.language.LineError;
import io.tandem.node.language.Mode;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Verdict;
import java.util.List;

/** {@code switch-mode http}: a TCP connection goes on as HTTP (HAProxy manual 4.2, {@code tcp-request content}). */
final class SwitchActions {
    static final List<Keyword<ActionKind>> ALL = List.of(action("switch-mode", CONTENT)
            .arguments("http [proto {h1|h2}]")
            .doc("ends the rules; the connection goes on as HTTP")
            .ends()
            .as(SwitchActions::switchMode));

    private SwitchActions() {}

    private static Action switchMode(ActionLine line) {
        String mode = line.hasArgument() ? line.words().next() : "";
        if (mode.isEmpty()) {
            throw complaint(line, "'tcp-request switch-mode' expects a mode as argument.");
        }
        if (!mode.equals("http")) {
            throw complaint(line, "'tcp-request switch-mode' expects a valid mode (got '" + mode + "').");
        }
        boolean version2 = false;
        if (line.hasArgument() && line.words().peek().equals("proto")) {
            line.words().next();
            version2 = isVersion2(line);
        }
        boolean http2 = version2;
        return facts -> {
            facts.switchesToHttp = facts.frontend.mode() == Mode.TCP;
            facts.switchesToHttp2 = facts.switchesToHttp && http2;
            return Verdict.ACCEPT;
        };
    }

    /** Whether it is HTTP/2; {@code h1} also takes to HTTP/2 by the preface of a client that knows. */
    private static boolean isVersion2(ActionLine line) {
        String name = line.hasArgument() ? line.words().next() : "";
        return switch (name) {
            case "h1" -> false;
            case "h2" -> true;
            case "" -> throw complaint(line, "'tcp-request switch-mode': 'proto' expects a protocol as argument.");
            default ->
                throw complaint(
                        line,
                        "'tcp-request switch-mode': 'proto' expects a valid MUX protocol, if specified (got '" + name
                                + "')");
        };
    }

    private static LineError complaint(ActionLine line, String text) {
        return line.words().error(text);
    }
}
