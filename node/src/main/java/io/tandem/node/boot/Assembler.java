// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.config.text.Problems;
import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.frontend.listen.BindOption;
import io.tandem.node.language.Drafts;
import io.tandem.node.language.HeapRoom;
import io.tandem.node.language.Keyword;
import io.tandem.node.language.Keywords;
import io.tandem.node.language.ProxyDraft;
import io.tandem.node.rules.Service;
import io.tandem.node.setup.Assembly;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.Feature;
import io.tandem.node.setup.NodeRuntime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a configuration of drafts: lets each feature complete each proxy. */
final class Assembler {
    static final Keywords KEYWORDS = keywords();

    private Assembler() {}

    private static Keywords keywords() {
        Keywords keywords =
                new Keywords(Features.ALL.stream().map(Feature::directives).toList());
        Features.ALL.forEach(feature -> keywords.with(BindOption.class, feature.bindOptions()));
        Features.ALL.forEach(feature -> feature.services()
                .forEach((name, service) -> keywords.with(
                        Service.class, List.of(Keyword.<Service>of(name).as(service)))));
        return keywords;
    }

    /**
     * Always answers a configuration; it may run only if {@code problems} holds no alert.
     *
     * @param node what lives as long as the process
     * @param previous the running configuration, or null
     */
    static Configuration assemble(
            Drafts drafts, Problems problems, NodeRuntime node, @Nullable Configuration previous) {
        return assemble(drafts, problems, node, previous, false);
    }

    /**
     * @param complete whether to warn of proxies that listen nowhere or could wait for ever
     * @throws HeapRoom.Exhausted where the heap does not hold it
     */
    static Configuration assemble(
            Drafts drafts, Problems problems, NodeRuntime node, @Nullable Configuration previous, boolean complete) {
        DefaultPath.enter(drafts);
        Assembly assembly = new Assembly(drafts, problems, node, previous);
        try {
            return assemble(assembly, complete);
        } catch (HeapRoom.Exhausted exhausted) {
            assembly.lifetime().release(); // nobody has begun with it
            throw exhausted;
        } finally {
            DefaultPath.leave(drafts);
        }
    }

    private static Configuration assemble(Assembly assembly, boolean complete) {
        Drafts drafts = assembly.drafts();
        Problems problems = assembly.problems();
        Configuration previous = assembly.previous();
        CheckOrder order = new CheckOrder(problems);
        for (Feature feature : Features.ALL) {
            feature.completeGlobal(drafts.global(), assembly);
        }
        List<Backend> backends = new ArrayList<>();
        for (ProxyDraft draft : drafts.proxies()) {
            if (draft.isBackend() && !draft.disabled()) {
                HeapRoom.check("the configuration");
                Backend.Builder builder = new Backend.Builder(
                        draft.id(), draft.name(), draft.mode(), assembly.backendMeters(draft.name()));
                order.collect(draft, () -> Features.ALL.forEach(feature -> feature.complete(draft, builder, assembly)));
                Backend backend = builder.build();
                assembly.built(backend);
                backends.add(backend);
            }
        }
        for (Feature feature : Features.ALL) {
            feature.completeBackends(assembly);
        }
        List<Frontend> frontends = new ArrayList<>();
        for (ProxyDraft draft : drafts.proxies()) {
            if (draft.isFrontend() && !draft.disabled()) {
                HeapRoom.check("the configuration");
                Frontend.Builder builder = new Frontend.Builder(
                        draft.id(), draft.name(), draft.mode(), assembly.frontendMeters(draft.name()));
                order.collect(draft, () -> Features.ALL.forEach(feature -> feature.complete(draft, builder, assembly)));
                frontends.add(builder.build());
            }
        }
        List<Frontend> receivers = new ArrayList<>();
        for (Feature feature : Features.ALL) {
            feature.completeReceivers(assembly, receivers);
        }
        int generation = previous == null ? 1 : previous.generation() + 1;
        Configuration configuration = new Configuration(
                generation,
                assembly.node(),
                frontends,
                receivers,
                backends,
                drafts,
                assembly.takeCommits(),
                assembly.lifetime());
        if (complete) {
            drafts.proxies()
                    .forEach(proxy -> order.collect(proxy, () -> ProxyWarnings.warn(proxy, configuration, problems)));
        }
        order.close(assembly::close);
        order.report(drafts.proxies());
        if (complete) {
            ProxyWarnings.warnOfOthers(configuration, problems);
        }
        assembly.reportLast();
        return configuration;
    }
}
