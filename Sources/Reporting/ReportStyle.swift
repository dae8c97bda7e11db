/// The page's style sheet: the system's own fonts, light and dark, narrow and wide, and print.
enum ReportStyle {
    /// For the content security policy: the SHA-256 of `text`, base64.
    static let hash = "sha256-FzFcUYFvXqtYbka+hnQiOmcWkaRK667S0mxBMBC+X5o="

    static let text: StaticString = """
        :root {
          color-scheme: light dark;
          --paper: #fdfcfa; --sheet: #ffffff; --ink: #1d2126; --soft: #545c66; --rule: #d9d6cf; --hair: #ebe8e1;
          --link: #174f86; --accent: #a3420f; --focus: #0b62c4;
          --yes: #14653a; --yes-back: #e2f2e8; --no: #9c1c2b; --no-back: #fbe6e6; --open: #7a5200; --open-back: #fbf0d3;
          --mute: #4a525c; --mute-back: #e9ebee; --banner: #7a1f00; --banner-ink: #ffffff;
          --ground: #f3efe6; --grid: #d3ccbc; --tile: #6f6a5d; --place: #2f6a8f; --halo: #fdfcfa;
          --onset-0: #3b0f70; --onset-1: #6a2c91; --onset-2: #a8327d; --onset-3: #d1495b; --onset-4: #c25e10; --onset-5: #a87b00;
          --serif: Charter, "Bitstream Charter", "Iowan Old Style", "Source Serif 4", Cambria, Georgia, serif;
          --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif;
          --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", "Liberation Mono", Menlo, monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #14171a; --sheet: #1b1f23; --ink: #e8e6e1; --soft: #a9b0b8; --rule: #3a4047; --hair: #2a2f35;
            --link: #8cc1f2; --accent: #f0a173; --focus: #7fb8f5;
            --yes: #8fdcae; --yes-back: #15352a; --no: #ffacac; --no-back: #44191f; --open: #f2cf7c; --open-back: #3b2f12;
            --mute: #c3cad2; --mute-back: #2d3339; --banner: #ffb38a; --banner-ink: #2a0d00;
            --ground: #20242a; --grid: #3d444c; --tile: #a39d8e; --place: #7fb6d9; --halo: #14171a;
            --onset-0: #b79cf0; --onset-1: #d98be0; --onset-2: #f47fb0; --onset-3: #ff8a7a; --onset-4: #ffb05c; --onset-5: #ffe07a;
          }
        }
        * { box-sizing: border-box; }
        html { font: 100%/1.55 var(--sans); color: var(--ink); background: var(--paper); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1rem; }
        body { margin: 0 auto; padding: 0 clamp(1rem, 4vw, 3rem) 4rem; max-width: 76rem; overflow-wrap: anywhere; }
        main:focus { outline: none; }
        a { color: var(--link); text-underline-offset: 0.15em; text-decoration-thickness: from-font; }
        a:hover { text-decoration-thickness: 2px; }
        :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
        .skip { position: absolute; left: -999rem; top: 0; padding: 0.5rem 1rem; background: var(--sheet); z-index: 3; }
        .skip:focus { left: 0.5rem; top: 0.5rem; }
        h1, h2, h3 { font-family: var(--serif); font-weight: 700; line-height: 1.2; text-wrap: balance; }
        h1 { font-size: clamp(1.9rem, 1.3rem + 2.6vw, 3.1rem); margin: 0.1em 0 0.25em; letter-spacing: -0.01em; }
        h2 { font-size: clamp(1.4rem, 1.2rem + 0.9vw, 1.9rem); margin: 0 0 1rem; padding-top: 0.7rem; border-top: 3px solid var(--ink); }
        h3 { font-size: 1.15rem; margin: 0 0 0.5rem; }
        p { margin: 0 0 0.9rem; max-width: 44rem; }
        code { font-family: var(--mono); font-size: 0.88em; }
        section { margin-top: 3.5rem; }
        .banner { margin: 0 calc(-1 * clamp(1rem, 4vw, 3rem)); padding: 0.7rem clamp(1rem, 4vw, 3rem); max-width: none; background: var(--banner); color: var(--banner-ink); box-shadow: 0 0 0 100vmax var(--banner); clip-path: inset(0 -100vmax); font-weight: 700; position: sticky; top: 0; z-index: 2; }
        .watermark { display: none; }
        .masthead { padding-top: 2.5rem; }
        .kicker { margin: 0; color: var(--accent); font-weight: 600; font-size: 0.95rem; }
        .byline, .foot, .note, figcaption, .said, .interval, .sexagesimal, caption { color: var(--soft); }
        .byline { font-size: 0.95rem; }
        .contents ol { list-style: none; margin: 1.5rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.4rem 1.4rem; font-size: 0.95rem; }
        .contents a { display: inline-block; padding: 0.15rem 0; }
        .lead { font: 400 clamp(1.25rem, 1.05rem + 1vw, 1.7rem)/1.4 var(--serif); max-width: 50rem; }
        .facts { margin: 0; padding-left: 1.1rem; max-width: 50rem; }
        .facts li { margin-bottom: 0.4rem; }
        .label { color: var(--soft); font-weight: 600; }
        .note { font-size: 0.95rem; border-left: 3px solid var(--rule); padding-left: 0.9rem; }
        .wide { overflow-x: auto; margin: 0 0 1.2rem; }
        table { border-collapse: collapse; width: 100%; font-size: 0.92rem; font-variant-numeric: tabular-nums lining-nums; }
        caption { text-align: left; padding: 0 0 0.6rem; font-size: 0.95rem; }
        th, td { text-align: left; vertical-align: top; padding: 0.55rem 1rem 0.55rem 0; border-bottom: 1px solid var(--hair); }
        thead th { color: var(--soft); font-weight: 600; border-bottom: 1px solid var(--ink); white-space: nowrap; }
        tbody th { font-weight: 600; }
        .claims { min-width: 60rem; }
        .claims tbody { border-bottom: 1px solid var(--rule); }
        .claims th, .claims td { border-bottom: 0; }
        .claims thead th { border-bottom: 1px solid var(--ink); }
        .claims tbody th { width: 21rem; padding-right: 2rem; font-size: 1rem; line-height: 1.4; }
        .claims td { min-width: 7rem; padding-top: 0.8rem; }
        .claims td:nth-of-type(4) { min-width: 12rem; }
        .claims tbody th { padding-top: 0.8rem; }
        .claims td, .claims th { overflow-wrap: break-word; }
        .claims .reason { padding-top: 0; padding-bottom: 1rem; line-height: 1.5; color: var(--ink); }
        .said { display: block; font-weight: 400; font-size: 0.9rem; margin-top: 0.3rem; }
        .figure { font-size: 1.08em; }
        .interval { display: block; }
        .verdict { display: inline-flex; align-items: center; gap: 0.35em; padding: 0.12em 0.6em 0.12em 0.45em; border-radius: 99px; border: 1px solid currentColor; font-weight: 700; font-size: 0.92rem; white-space: nowrap; }
        .icon { width: 1em; height: 1em; flex: none; }
        .verdict-supported { color: var(--yes); background: var(--yes-back); }
        .verdict-contradicted { color: var(--no); background: var(--no-back); }
        .verdict-inconclusive { color: var(--open); background: var(--open-back); }
        .verdict-not-testable { color: var(--mute); background: var(--mute-back); }
        .claim { padding: 1.4rem 0; border-top: 1px solid var(--rule); }
        .claim:first-of-type { border-top: 0; padding-top: 0; }
        .claim h3 { font-size: 1.3rem; max-width: 46rem; }
        .claim-line code, .back { color: var(--soft); }
        .back { font-size: 0.9rem; margin: 0.8rem 0 0; }
        .ids { list-style: none; padding: 0; margin: 0 0 1rem; display: flex; flex-wrap: wrap; gap: 0.3rem 0.9rem; font-family: var(--mono); font-size: 0.88rem; }
        .facts-list { margin: 0 0 1rem; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 10.5rem), 1fr)); gap: 0.6rem 1.2rem; font-size: 0.92rem; }
        .facts-list dt, .verdicts dt { color: var(--soft); font-size: 0.85rem; }
        .facts-list .wide-entry { grid-column: span 2; }
        .facts-list dd { margin: 0; font-variant-numeric: tabular-nums; }
        .swipes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 26rem)); gap: 1.5rem; }
        figure { margin: 0; }
        figcaption { font-size: 0.9rem; margin-top: 0.5rem; }
        .stage { display: grid; grid-template-columns: 1fr 1fr; gap: 0.6rem; }
        .pane svg { display: block; width: 100%; height: auto; image-rendering: pixelated; background: #777; }
        .pane-date { margin: 0.3rem 0 0; font-size: 0.9rem; }
        .picture-scale { font-family: var(--sans); font-weight: 700; fill: none; }
        .is-live .stage { --cut: 50%; position: relative; display: block; cursor: ew-resize; touch-action: pan-y; user-select: none; -webkit-user-select: none; overflow: hidden; }
        .is-live .pane-after { position: absolute; inset: 0; clip-path: inset(0 0 0 var(--cut)); }
        .is-live .stage::after { content: ""; position: absolute; top: 0; bottom: 0; left: var(--cut); width: 3px; margin-left: -1.5px; background: #fff; box-shadow: 0 0 0 1px #1d2126; pointer-events: none; }
        .is-live .pane-date { position: absolute; top: 0.5rem; margin: 0; padding: 0.1rem 0.5rem; background: #1d2126d9; color: #fff; border-radius: 3px; font-size: 0.8rem; pointer-events: none; }
        .is-live .pane-before .pane-date { left: 0.5rem; }
        .is-live .pane-after .pane-date { right: 0.5rem; }
        .swipe-control label { display: block; font-size: 0.9rem; margin-top: 0.5rem; }
        .swipe-control input { display: block; width: 100%; height: 2rem; margin: 0; accent-color: var(--link); }
        .chart { margin: 0 0 2rem; max-width: 60rem; }
        .chart > svg { display: block; width: 100%; height: auto; }
        .maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 32rem), 1fr)); gap: 0 2rem; align-items: start; }
        .maps .chart { max-width: 46rem; }
        time { white-space: nowrap; }
        svg text { font-family: var(--sans); }
        .timeline text { font-size: 15px; fill: var(--soft); font-variant-numeric: tabular-nums; }
        .timeline .tile-row text { fill: var(--ink); font-weight: 600; }
        .timeline .axis-title { fill: var(--ink); font-weight: 600; }
        .grid line { stroke: var(--hair); }
        .tile-row line { stroke: var(--rule); stroke-width: 1.5; }
        .whole { fill: var(--paper); stroke: var(--ink); stroke-width: 1.5; }
        .clear { fill: var(--link); }
        .reference { fill: none; stroke: var(--accent); stroke-width: 2; }
        .level { stroke: var(--rule); }
        .interval-area { fill: var(--link); fill-opacity: 0.2; }
        .interval-edge { fill: none; stroke: var(--link); stroke-width: 1.5; stroke-dasharray: 5 4; }
        .seen-line { fill: none; stroke: var(--link); stroke-width: 3; }
        .legend { list-style: none; padding: 0; margin: 0.6rem 0; display: flex; flex-wrap: wrap; gap: 0.3rem 1.3rem; }
        .legend li { display: flex; align-items: center; gap: 0.4rem; }
        .key { width: 40px; height: 26px; flex: none; }
        .map { border: 1px solid var(--rule); }
        .key.map { border: 0; }
        .ground { fill: var(--ground); }
        .graticule line { stroke: var(--grid); stroke-width: 1; }
        .map text { font-size: 18px; fill: var(--soft); paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; font-variant-numeric: tabular-nums; }
        .map .tile-label { fill: var(--tile); font-weight: 600; }
        .map .place-label { fill: var(--place); font-weight: 600; }
        .tile { fill: var(--sheet); fill-opacity: 0.55; stroke: var(--tile); stroke-width: 1.5; }
        .place { fill: var(--place); fill-opacity: 0.08; stroke: var(--place); stroke-width: 1.5; stroke-dasharray: 7 4; }
        .scale path, .north path { fill: none; stroke: var(--ink); stroke-width: 2; }
        .map .scale text, .map .north text { fill: var(--ink); font-weight: 600; }
        .work { stroke: var(--work); stroke-linecap: round; stroke-linejoin: round; --work: var(--ink); }
        .work:hover { stroke-width: 8; }
        .linear { fill: none; stroke-width: 4; }
        circle.linear, .compact.confirmed { fill: var(--work); }
        .compact { stroke-width: 2; }
        .compact.provisional { fill: var(--ground); }
        .linear.provisional { stroke-dasharray: 9 7; }
        .transient { --work: var(--soft); stroke-dasharray: 2 4; fill: none; }
        .onset-0 { --work: var(--onset-0); } .onset-1 { --work: var(--onset-1); } .onset-2 { --work: var(--onset-2); }
        .onset-3 { --work: var(--onset-3); } .onset-4 { --work: var(--onset-4); } .onset-5 { --work: var(--onset-5); }
        .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem; align-items: start; }
        .card { background: var(--sheet); border: 1px solid var(--rule); border-radius: 4px; padding: 1.1rem; }
        .card:target, .claim:target { outline: 3px solid var(--focus); outline-offset: 3px; }
        .card h3 { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; font-family: var(--sans); font-size: 1.05rem; }
        .card .swipe { margin-bottom: 1rem; }
        .card .facts-list { grid-template-columns: repeat(auto-fill, minmax(min(100%, 8.5rem), 1fr)); }
        .tag { font-size: 0.8rem; font-weight: 600; padding: 0.05rem 0.5rem; border: 1px solid var(--rule); border-radius: 3px; color: var(--soft); }
        .tag-confirmed { color: var(--ink); border-color: var(--ink); }
        .positions { list-style: none; margin: 0; padding: 0.8rem 0 0; border-top: 1px solid var(--hair); font-size: 0.92rem; }
        .positions li { margin-bottom: 0.5rem; }
        .positions .label { display: inline-block; min-width: 5.2rem; font-size: 0.85rem; }
        .positions .sexagesimal { display: block; font-size: 0.85rem; }
        .coordinates { user-select: all; -webkit-user-select: all; background: var(--mute-back); padding: 0.15rem 0.4rem; border-radius: 3px; }
        .copy { font: inherit; font-size: 0.85rem; padding: 0.1rem 0.6rem; border: 1px solid var(--soft); border-radius: 3px; background: var(--sheet); color: var(--ink); cursor: pointer; }
        .method { max-width: 46rem; margin-bottom: 1.6rem; }
        .verdicts > div { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; margin-bottom: 0.6rem; }
        .verdicts dt { flex: 0 0 9rem; }
        .verdicts dd { margin: 0; flex: 1 1 18rem; }
        details { margin: 0 0 1.2rem; }
        summary { cursor: pointer; padding: 0.4rem 0; font-weight: 600; color: var(--link); }
        .hash { word-break: break-all; }
        .foot { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--rule); font-size: 0.9rem; }
        .credits { list-style: none; padding: 0; margin: 0 0 0.6rem; }
        @media (max-width: 46rem) {
          .timeline text { font-size: 22px; }
          .map text { font-size: 22px; stroke-width: 5px; }
          .key.map text, .key.timeline text { font-size: inherit; }
          .claims { min-width: 0; }
          table, thead, tbody, tr, th, td, caption { display: block; width: auto; }
          thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
          th, td { padding: 0.2rem 0; border: 0; min-width: 0; }
          .stacking tbody tr, .claims tbody { border-bottom: 1px solid var(--rule); padding: 0.7rem 0; }
          .claims tbody th { width: auto; padding-right: 0; }
          .claims td { padding-top: 0.35rem; }
          td[data-label]:empty, .absent { display: none; }
          .banner { font-size: 0.85rem; line-height: 1.35; }
          .stacking td[data-label]::before { display: inline-block; width: 7.5rem; }
          .stacking td:has(.hash)::before { width: auto; padding-right: 0.5rem; }
          .claims td[data-label]::before { display: block; }
          td[data-label]::before { content: attr(data-label); color: var(--soft); font-size: 0.82rem; font-weight: 600; }
          .interval { display: inline; }
          .claims .reason { padding-top: 0.5rem; }
          .facts-list .wide-entry { grid-column: auto; }
        }
        @media print {
          @page { margin: 18mm 15mm; }
          :root { --paper: #fff; --sheet: #fff; --ground: #faf8f3; }
          html { font-size: 10pt; }
          body { max-width: none; padding: 0; }
          .contents, .skip, .swipe-control, .copy, .back { display: none !important; }
          .banner { position: static; margin: 0; box-shadow: none; clip-path: none; border: 2pt solid; background: none; color: #7a1f00; }
          .watermark { display: block; position: fixed; top: 42%; left: 0; right: 0; text-align: center; font: 700 84pt var(--sans); color: #7a1f00; opacity: 0.09; transform: rotate(-35deg); pointer-events: none; }
          section { margin-top: 1.6rem; }
          h2, h3, caption, summary { break-after: avoid; }
          .card, .claim-line, .swipe, .claims tbody, tr, .chart, .method > p, .facts-list > div { break-inside: avoid; }
          .wide { overflow: visible; }
          .claims { min-width: 0; font-size: 8.5pt; table-layout: fixed; }
          .claims thead th { white-space: normal; width: 15%; }
          .claims thead th:first-child { width: 25%; }
          .claims thead th:nth-child(2) { width: 19%; }
          .claims thead th:last-child { width: 13%; }
          .claims tbody th { width: auto; padding-right: 1rem; font-size: 9pt; }
          .claims .figure, .claims time { white-space: normal; font-size: 1em; }
          .claims .verdict { font-size: 8pt; }
          thead { break-after: avoid; }
          .claims td, .claims td:nth-of-type(4) { min-width: 0; padding-right: 0.6rem; }
          .cards { display: block; }
          .card { font-size: 8.5pt; padding: 0.6rem; margin-bottom: 0.8rem; display: flow-root; }
          .card .facts-list, .card .positions { font-size: 8pt; gap: 0.25rem 0.8rem; margin-bottom: 0.4rem; padding-top: 0.3rem; }
          .card .facts-list { grid-template-columns: 1fr 1fr 1fr; }
          .card .swipe { float: left; width: 46%; margin: 0 1rem 0.4rem 0; }
          .card .positions { clear: both; display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; }
          .card figcaption { display: none; }
          .positions li { margin-bottom: 0.15rem; }
          .is-live .stage { display: grid; grid-template-columns: 1fr 1fr; gap: 0.6rem; overflow: visible; }
          .is-live .pane-after { position: static; clip-path: none; }
          .is-live .stage::after { display: none; }
          .is-live .pane-date { position: static; background: none; color: inherit; padding: 0; }
          .chart > svg { max-height: 165mm; }
          .maps { display: block; }
          a { color: inherit; }
          a[rel~="external"]::after { content: " (" attr(href) ")"; font-size: 0.85em; }
        }
        """
}
