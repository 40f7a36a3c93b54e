// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.action;

import io.tandem.node.frontend.http.ErrorPages;
import io.tandem.node.language.Arguments;
import io.tandem.node.language.Directive;
import io.tandem.node.language.Draft;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.language.SectionKind;
import io.tandem.node.rules.sample.SampleError;
import io.tandem.node.rules.sample.Site;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Feature;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code http-error}: an error page written as {@code http-request return} writes its answers (HAProxy manual 4.2). */
public final class HttpErrorLines implements Feature {
    private static final String NAME = "http-error";

    @Override
    public List<Keyword<Directive>> directives() {
        return List.of(Keyword.directive(NAME, SectionKind.PROXIES)
                .arguments("status <code> [content-type <type>] [{string|lf-string|file|lf-file|errorfile} …] [hdr …]")
                .doc("the response for a status that the proxy makes itself")
                .as(HttpErrorLines::read));
    }

    private static void read(Arguments line, Draft draft) {
        if (!namesStatus(line)) {
            throw line.error("http-error : expects at least a <status> as arguments.\n");
        }
        int first = line.position();
        ReplyText.Page page = parse(line, (ProxyDraft) draft, null);
        if (line.hasNext()) {
            throw line.error("http-error : unknown keyword '" + line.peek() + "'.");
        }
        int status = page.status();
        if (!ErrorPages.statuses().contains(status)) {
            throw line.error("http-error: status code '" + status + "' not handled.");
        }
        String section = page.section();
        if (page.resets()) {
            ErrorPages.withdraw(draft, status);
        } else if (section != null) {
            ErrorPages.declareImport(draft, status, section, line.origin());
        } else {
            RuleLines.Entry entry = RuleLines.Entry.of(line, first);
            ErrorPages.declare(
                    draft,
                    status,
                    (proxy, assembly) -> parse(entry.again(assembly.drafts()), proxy, assembly)
                            .maker()::make);
        }
    }

    private static boolean namesStatus(Arguments line) {
        int first = line.position();
        boolean found = false;
        while (line.hasNext()) {
            found |= line.next().equals("status");
        }
        line.position(first);
        return found;
    }

    private static ReplyText.Page parse(Arguments line, ProxyDraft proxy, @Nullable Assembly assembly) {
        Site site = new Site(proxy, null, "", line.origin(), assembly);
        try {
            return ReplyText.page(new ActionLine(line, RuleSet.REQUEST, NAME, site));
        } catch (SampleError error) {
            throw line.error("http-error : " + error.text());
        }
    }
}
