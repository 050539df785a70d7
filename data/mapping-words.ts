import type { EventField } from './sources.ts'

/** Event columns that a name and its values can tell. */
export type MappedField = Exclude<EventField, 'available_at'>

/**
 * Words by which people call the columns of a log, in several languages; matched against the parts of a name (`kunden_nr`,
 * `customerId`). Chinese and other names without word breaks are matched anywhere.
 */
export const columnWords: Readonly<Record<MappedField, readonly string[]>> = {
  user_id: words(`
    user customer client account acct member visitor viewer player student subscriber traveller traveler
    person buyer guest household patient driver who wer uid cid msisdn kunde kunden nutzer benutzer mitglied
    konto usuario email mail cliente utilisateur utente klient 用户 客户 会员 顧客 사용자 пользователь клиент`),
  event_time: words(`
    time timestamp ts date datetime day when at created occurred happened booked datum zeit zeitpunkt tag
    zeitstempel fecha hora jour heure data ora 时间 日期 日時 날짜 дата время`),
  event_type: words(`
    event action activity verb type kind what behavior behaviour name operation ereignis aktion vorgang typ
    evento accion tipo evenement azione 事件 行为 类型 событие`),
  amount: words(`
    amount price value revenue total paid spend spent sales cost charge turnover gmv dollar dollars usd eur
    cents payment invoice betrag preis umsatz wert summe kosten importe precio valor montant prix prezzo
    importo 金额 价格 金額 сумма цена`),
  quantity: words(`
    quantity qty units items pieces count cds minutes nights seats number megabytes duration menge anzahl
    stueck stück cantidad unidades quantite quantité quantita 数量 количество`),
  item: words(`
    item product article sku asin stockcode isbn song video title artikel produkt producto articulo produit
    prodotto 商品 产品 товар`),
  category: words(`
    category cat department genre segment section subject module brand destination mode service kategorie
    rubrik warengruppe categoria categorie catégorie rayon 类别 分类 категория`),
  channel: words(`
    channel platform device touchpoint client network store medium app kanal plattform geraet filiale canal
    plateforme canale 渠道 平台 канал`),
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/)
}

/** Parts of a column's name in lower case without accents: `CustomerID` -> customer, id. */
export function nameParts(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
}

/** 0 = no word of the field in the name, else up to 1: the name is such a word, with nothing else of weight. */
export function nameFit(name: string, field: MappedField): number {
  const parts = nameParts(name)
  const fillers = new Set(words('id no nr num nummer number code key ref of the usd eur utc local'))
  const known = columnWords[field]
  const hits = parts.filter(
    (part) =>
      known.includes(part) || (/(?!\p{Script=Latin})\p{L}/u.test(part) && known.some((word) => part.includes(word))),
  )
  if (hits.length === 0)
    return parts.some((part) => known.some((word) => word.length > 4 && part.startsWith(word))) ? 0.5 : 0
  const rest = parts.filter((part) => !hits.includes(part) && !fillers.has(part) && !/^\d+$/.test(part))
  return 1 / (1 + 0.4 * rest.length)
}

/** What an event type seems to be, by the words in its name. */
export type TypeRole = 'purchase' | 'visit' | 'goodbye' | 'trouble' | 'first' | 'other'

const typeWords: Readonly<Record<Exclude<TypeRole, 'other'>, RegExp>> = {
  goodbye:
    /uninstall|deinstall|cancel_?(subscription|account|contract)|^cancel(led|ed|lation)?$|clos(e|ed)_?account|account_?closed|delete_?account|churn|terminat|port_?out|unregister|kündig|kuendig|baja|résili|注销|卸载|退订/,
  trouble:
    /return|refund|complain|cancel|fail|unsubscrib|push_?off|newsletter_?off|error|crash|unpaid|reklamation|retoure|storno|退货|投诉/,
  first: /^(register|registration|sign_?up|install|activation|account_?opened|first_open|registrierung|anmeldung|注册)/,
  purchase:
    /purchase|order|buy|bought|sale|transaction|payment|paid|booking|checkout|invoice|deposit|top_?up|kauf|bestell|zahlung|buchung|compra|pedido|achat|commande|acquisto|购买|下单|支付|订单/,
  visit:
    /log_?in|sign_?in|session|visit|open|usage|lesson|app_?start|page_?view|view|play|click|besuch|aufruf|sitzung|登录|浏览|访问/,
}

export function typeRole(type: string): TypeRole {
  const name = nameParts(type).join('_')
  const order = ['goodbye', 'trouble', 'first', 'purchase', 'visit'] as const
  return order.find((role) => typeWords[role].test(name)) ?? 'other'
}
