// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import static io.tandem.node.rules.action.ActionKind.action;
import static io.tandem.node.rules.action.RuleSet.AFTER_RESPONSE;
import static io.tandem.node.rules.action.RuleSet.CONNECTION;
import static io.tandem.node.rules.action.RuleSet.CONTENT;
import static io.tandem.node.rules.action.RuleSet.REQUEST;
import static io.tandem.node.rules.action.RuleSet.RESPONSE;
import static io.tandem.node.rules.action.RuleSet.RESPONSE_CONTENT;
import static io.tandem.node.rules.action.RuleSet.SESSION;

import io.tandem.node.language.Keyword;
import io.tandem.node.observe.ProxyCounter;
import io.tandem.node.rules.Action;
import io.tandem.node.rules.Facts;
import io.tandem.node.rules.Reply;
import io.tandem.node.rules.Service;
import io.tandem.node.rules.Termination;
import io.tandem.node.rules.Verdict;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Text;
import java.util.List;

/** Actions that end the rules: with an answer, without one, or by letting the exchange through. */
final class ReplyActions {
    static final List<Keyword<ActionKind>> ALL = List.of(
            action("allow", REQUEST, RESPONSE, AFTER_RESPONSE)
                    .doc("ends the rules; the exchange goes on")
                    .ends()
                    .as(line -> facts -> Verdict.ACCEPT),
            action("accept", CONNECTION, SESSION, CONTENT, RESPONSE_CONTENT)
                    .doc("ends the rules; the connection goes on")
                    .ends()
                    .as(line -> facts -> Verdict.ACCEPT),
            action("deny", REQUEST, RESPONSE)
                    .arguments("[status <code>] [content-type <type>] [{string|lf-string|file|lf-file} …] [hdr …]")
                    .doc("answers an error, 403 unless another is asked for")
                    .ends()
                    .as(ReplyActions::deny),
            action("tarpit", REQUEST)
                    .arguments("[status <code>] …")
                    .doc("answers an error after the tarpit time-out")
                    .ends()
                    .as(ReplyActions::tarpit),
            action("return", REQUEST, RESPONSE)
                    .arguments("[status <code>] [content-type <type>] [{string|lf-string|file|lf-file} …] [hdr …]")
                    .doc("answers by itself, 200 unless another status is asked for")
                    .ends()
                    .as(ReplyActions::reply),
            action("redirect", REQUEST, RESPONSE)
                    .arguments("{location|prefix|scheme} <format> [code <code>] [drop-query] [append-slash] …")
                    .doc("sends the client elsewhere")
                    .ends()
                    .as(Redirect::parse),
            action("auth", REQUEST)
                    .arguments("[realm <realm>]")
                    .doc("asks for a user and a password")
                    .ends()
                    .as(ReplyActions::auth),
            action("use-service", REQUEST)
                    .arguments("<service>")
                    .doc("lets a service of the proxy answer")
                    .ends()
                    .as(ReplyActions::useService),
            action("reject", REQUEST, CONNECTION, SESSION, CONTENT, RESPONSE_CONTENT)
                    .doc("closes the connection without an answer")
                    .ends()
                    .as(line -> close(line.set(), false)),
            action("close", RESPONSE_CONTENT)
                    .doc("closes the connection to the server; what it has sent goes on to the client")
                    .ends()
                    .as(line -> facts -> {
                        facts.closesServer = true;
                        return Verdict.CLOSE;
                    }),
            action("silent-drop", REQUEST, RESPONSE, CONNECTION, SESSION, CONTENT, RESPONSE_CONTENT)
                    .doc(
                            "ends the connection without a sign; without CAP_NET_ADMIN by a reset that dies at the first router")
                    .ends()
                    .as(line -> close(line.set(), true)));

    private ReplyActions() {}

    private static void end(Facts facts, char who) {
        facts.terminationWho = who;
        facts.terminationWhen = facts.responding ? Termination.IN_HEADERS : Termination.IN_REQUEST;
    }

    private static void count(Facts facts, boolean response) {
        ProxyCounter counter = response ? ProxyCounter.DENIED_RESPONSES : ProxyCounter.DENIED_REQUESTS;
        facts.countInFront(counter);
        if (facts.backend != null) {
            facts.backend.meters().count(facts.loop.index(), counter);
        }
    }

    private static Action deny(ActionLine line) {
        boolean response = line.set().isResponse();
        ReplyText.Maker maker = ReplyText.parse(line, response ? 502 : 403, true);
        return facts -> {
            facts.reply = maker.make(facts);
            count(facts, response);
            end(facts, Termination.PROXY);
            return Verdict.REPLY;
        };
    }

    private static Action tarpit(ActionLine line) {
        ReplyText.Maker maker = ReplyText.parse(line, 500, true);
        return facts -> {
            facts.reply = maker.make(facts);
            facts.tarpit = true;
            count(facts, false);
            facts.terminationWho = Termination.PROXY;
            facts.terminationWhen = Termination.IN_TARPIT;
            return Verdict.REPLY;
        };
    }

    private static Action reply(ActionLine line) {
        ReplyText.Maker maker = ReplyText.parse(line, 200, false);
        return facts -> {
            facts.reply = maker.make(facts);
            end(facts, Termination.LOCAL);
            return Verdict.REPLY;
        };
    }

    private static Action auth(ActionLine line) {
        String realm = line.site().proxy().name();
        if (line.hasArgument() && line.words().peek().equals("realm")) {
            line.words().next();
            if (!line.words().hasNext()) {
                throw new SampleError("missing realm value.\n");
            }
            realm = line.words().next();
        }
        byte[] field = Text.bytes("www-authenticate: Basic realm=\"" + realm + "\"\r\n");
        return facts -> {
            Reply page = ErrorReply.of(facts, 401);
            facts.reply = page == null ? null : ErrorReply.with(page, field);
            end(facts, Termination.LOCAL);
            return page == null ? Verdict.CLOSE : Verdict.REPLY;
        };
    }

    private static Action useService(ActionLine line) {
        if (!line.hasArgument()) {
            throw new SampleError("'use-service' expects a service name.");
        }
        String name = line.words().next();
        Keyword<Service> keyword = line.words().context().keywords().find(Service.class, name);
        if (keyword == null) {
            throw new SampleError("'" + name + "' unknown service name.");
        }
        Service service = keyword.meaning();
        return facts -> {
            facts.reply = service.serve(facts);
            end(facts, Termination.LOCAL);
            return Verdict.REPLY;
        };
    }

    private static Action close(RuleSet set, boolean silent) {
        return facts -> {
            switch (set) {
                case CONNECTION -> facts.countInFront(ProxyCounter.DENIED_CONNECTIONS);
                case SESSION -> facts.countInFront(ProxyCounter.DENIED_SESSIONS);
                default -> count(facts, set.isResponse());
            }
            facts.silent = silent;
            end(facts, Termination.PROXY);
            return Verdict.CLOSE;
        };
    }
}
